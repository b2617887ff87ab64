// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.Range;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import dev.cleat.ray.LogStamp.Level;
import java.time.Instant;
import java.util.Optional;

/** The arguments of {@code retrieve_logs}. */
record LogQuery(
    @Unwrapped JobTarget on,
    @Doc(
            "What the log belongs to: a job id; for log_type actor or task its hex id; for worker its"
                + " process id; for system a file name such as gcs_server.out.")
        @Range(min = 1, max = 255)
        String identifier,
    @Default("job") Type logType,
    @Doc("How many of the last lines to answer with.") @Default("100") @Range(min = 1, max = 10000)
        int numLines,
    @Doc("Read from the start instead, page by page; 1 is the first.") @Range(min = 1)
        Optional<Integer> page,
    @Doc("Lines of a page.") @Default("100") @Range(min = 10, max = 1000) int pageSize,
    @Doc("Only lines that contain this text, in any case.") @Range(min = 1, max = 500)
        Optional<String> filter,
    @Doc("Take filter as a regular expression (java.util.regex; (?i) for any case).")
        @Default("false")
        boolean regex,
    @Doc("Only lines of this level or graver.") Optional<Level> level,
    @Doc("Only lines from this time on. Times in logs that have no zone are taken as UTC.")
        Optional<Instant> since,
    @Doc("Only lines up to this time.") Optional<Instant> until,
    @Doc("Also find the errors in the log, the first cause first.") @Default("false")
        boolean includeErrors,
    @Doc("How much of the log may be read; more takes longer, and no more memory.")
        @Default("10")
        @Range(min = 1, max = 2048)
        int maxSizeMb,
    @Doc("The node, where that is not known: for log_type worker and system.")
        @Pattern("[0-9a-f]{8,64}")
        Optional<String> nodeId,
    @Doc("For log_type actor, task and worker.") @Default("out") Stream stream) {

  /** What a log belongs to. */
  enum Type {
    JOB,
    ACTOR,
    TASK,
    WORKER,
    SYSTEM
  }

  /** Which output of a process. */
  enum Stream {
    OUT,
    ERR
  }

  LogChoice choice() {
    if (regex && filter.isEmpty()) {
      throw ToolFailure.invalidArgument(
          "regex is given without filter.", "Give the expression as filter.");
    }
    return new LogChoice(filter, regex, level, since, until);
  }

  LogScan.Window window() {
    return page.map(number -> LogScan.Window.page(number, pageSize))
        .orElseGet(() -> LogScan.Window.tail(numLines));
  }

  /** How many lines from the end are to be looked at for a tail. */
  int fromEnd() {
    return choice().isAll() && !includeErrors ? numLines : Bounds.SEARCHED_LINES;
  }

  long maxBytes() {
    return maxSizeMb * 1_000_000L;
  }
}
