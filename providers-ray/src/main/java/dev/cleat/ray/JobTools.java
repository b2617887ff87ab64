// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ServedTool;
import java.util.List;
import java.util.random.RandomGenerator;

/** The tools for jobs and their logs. */
final class JobTools {
  private JobTools() {}

  static List<ServedTool> over(Clusters clusters, RandomGenerator random) {
    return List.of(
        SubmitJob.tool(clusters, random),
        ListJobs.tool(clusters),
        InspectJob.tool(clusters),
        RetrieveLogs.tool(clusters),
        CancelJob.tool(clusters));
  }
}
