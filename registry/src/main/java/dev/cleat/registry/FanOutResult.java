// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.ToolResult;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What many clients answered to one call. Each that was meant is in one of the two maps, which are
 * in the order of the namespaces.
 *
 * @param answers what they said; a tool that failed has answered too
 * @param missing who did not answer, and why
 */
public record FanOutResult(
    Map<Namespace, ToolResult> answers, Map<Namespace, FanOutFailure> missing) {
  /** Copies and sorts the maps. */
  public FanOutResult {
    answers = Collections.unmodifiableMap(new TreeMap<>(answers));
    missing = Collections.unmodifiableMap(new TreeMap<>(missing));
  }

  /** Whether all that were meant have answered. */
  public boolean isComplete() {
    return missing.isEmpty();
  }
}
