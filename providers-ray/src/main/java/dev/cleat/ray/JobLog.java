// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;

import dev.cleat.ToolFailure;
import java.util.Optional;

/** The end of a job's log. */
final class JobLog {
  private JobLog() {}

  /**
   * The last lines, and the errors among the lines searched; empty when the job has no log, or none
   * yet.
   *
   * @param lines kept, at most as many as {@link Bounds#LOG_TEXT_BYTES} hold
   * @param searched how many from the end are read
   */
  static Optional<LogScan.Result> tail(RayCluster cluster, Job job, int lines, int searched)
      throws InterruptedException {
    if (job.nodeId().isEmpty() || job.driver()) {
      return Optional.empty();
    }
    LogSource source = LogSources.of(job, job.nodeId().get());
    LogScan.Window window = LogScan.Window.tail(lines);
    try {
      return Optional.of(
          cluster.logs().read(source, window, LogChoice.all(), searched, Bounds.JSON_BYTES));
    } catch (ToolFailure failure) {
      if (failure.kind() == NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }
}
