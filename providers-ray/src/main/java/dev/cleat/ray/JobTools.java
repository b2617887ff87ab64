// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ServedTool;
import java.util.List;
import java.util.random.RandomGenerator;

/** The tools for jobs and their logs. */
final class JobTools {
  private JobTools() {}

  /**
   * @param workingDirs where code that is sent along may come from
   */
  static List<ServedTool> over(Clusters clusters, RandomGenerator random, WorkingDirs workingDirs) {
    return List.of(
        SubmitJob.tool(clusters, random, workingDirs),
        ListJobs.tool(clusters),
        InspectJob.tool(clusters),
        FollowJob.tool(clusters),
        RetrieveLogs.tool(clusters),
        CancelJob.tool(clusters),
        DeleteJob.tool(clusters));
  }
}
