// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ServedTool;
import java.util.List;

/** The tools that say what goes on in a cluster, and why. */
final class StateTools {
  private StateTools() {}

  static List<ServedTool> over(Clusters clusters) {
    return List.of();
  }
}
