// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ServedTool;
import java.util.List;

/** The tools for clusters as a whole. */
final class ClusterTools {
  private ClusterTools() {}

  static List<ServedTool> over(Clusters clusters, AllowedAddresses allowed) {
    return List.of(
        InitCluster.tool(clusters, allowed),
        ListClusters.tool(clusters),
        InspectCluster.tool(clusters),
        ScaleCluster.tool(clusters),
        StopCluster.tool(clusters));
  }
}
