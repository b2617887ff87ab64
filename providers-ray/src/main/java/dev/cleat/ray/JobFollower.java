// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.UNAVAILABLE;

import dev.cleat.RequestContext;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Looks at a job and its log by turns until it has ended, the answer is full, or time is up. A
 * dashboard that does not answer for a while is waited for.
 */
final class JobFollower {
  private static final Duration PAUSE = Duration.ofMillis(500);
  // What a message of progress carries of the log.
  private static final int TOLD_LINES = 20;
  private static final int TOLD_CHARS = 2000;

  private final RayCluster cluster;
  private final JobReader reader;
  private final RequestContext call;
  private Optional<String> unseen = Optional.empty();

  JobFollower(RayCluster cluster, JobReader reader, RequestContext call) {
    this.cluster = cluster;
    this.reader = reader;
    this.call = call;
  }

  /** What the last look failed with. */
  Optional<String> unseen() {
    return unseen;
  }

  /** The job as it was seen last, before the last look at its log. */
  Job follow(Job first, int seconds, FollowJob.Until until) throws InterruptedException {
    Instant start = cluster.clock().instant();
    Instant end = JobWait.end(start, Duration.ofSeconds(seconds), call);
    Job job = first;
    reader.read(job);
    int told = tell(job, 0, start, seconds);
    while (!isDone(job, until) && cluster.clock().instant().isBefore(end) && !call.cancelled()) {
      Thread.sleep(PAUSE.toMillis());
      job = look(job);
      told = tell(job, told, start, seconds);
    }
    return job;
  }

  // The job is looked at before its log: what an ended one has printed is all there then.
  private Job look(Job before) throws InterruptedException {
    Job job = before;
    try {
      job = cluster.jobs().get(before.id());
      reader.read(job);
      unseen = Optional.empty();
    } catch (ToolFailure failure) {
      if (failure.kind() != UNAVAILABLE) {
        throw failure;
      }
      unseen = Optional.ofNullable(failure.getMessage());
    }
    return job;
  }

  private boolean isDone(Job job, FollowJob.Until until) {
    return reader.isFull()
        || (job.isTerminal() && reader.sawTheEnd())
        || (until == FollowJob.Until.NEW_LINES && !reader.lines().isEmpty());
  }

  private int tell(Job job, int told, Instant start, int seconds) {
    List<String> lines = reader.lines();
    List<String> fresh = lines.subList(Math.max(told, lines.size() - TOLD_LINES), lines.size());
    double waited = Duration.between(start, cluster.clock().instant()).toMillis() / 1000.0;
    String message = "job " + job.id() + " is " + job.status();
    if (!fresh.isEmpty()) {
      String text = String.join("\n", fresh);
      int from = Math.max(0, text.length() - TOLD_CHARS);
      if (from > 0 && Character.isLowSurrogate(text.charAt(from))) {
        from++;
      }
      message += ":\n" + text.substring(from);
    }
    call.progress(waited, seconds, message);
    return lines.size();
  }
}
