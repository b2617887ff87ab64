// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ServedTool;
import java.util.List;

/** The tools that say what goes on in a cluster, and why. */
final class StateTools {
  private StateTools() {}

  static List<ServedTool> over(Clusters clusters) {
    return List.of(
        DiagnoseJob.tool(clusters),
        SummarizeState.tool(clusters),
        ListActors.tool(clusters),
        ListTasks.tool(clusters),
        ListGroups.tool(clusters),
        InspectNode.tool(clusters),
        DumpStacks.tool(clusters),
        AutoscalerStatus.tool(clusters),
        ListServe.tool(clusters));
  }
}
