// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.RequestContext;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/** Looks at a job until it is as wanted, or time is up. */
final class JobWait {
  // Left of the caller's time for the answer itself.
  private static final Duration RESERVE = Duration.ofSeconds(1);

  private final RayCluster cluster;
  private final RequestContext call;
  private final double before;

  JobWait(RayCluster cluster, RequestContext call) {
    this(cluster, call, 0);
  }

  /**
   * @param before how far the call's progress is already, because it must not fall
   */
  JobWait(RayCluster cluster, RequestContext call, double before) {
    this.cluster = cluster;
    this.call = call;
    this.before = before;
  }

  /** The job as it was seen last; looked at once at least. */
  Job until(Predicate<Job> wanted, String id, Duration most) throws InterruptedException {
    Instant start = cluster.clock().instant();
    Instant until = end(start, most, call);
    while (true) {
      Job job = cluster.jobs().get(id);
      Instant now = cluster.clock().instant();
      if (wanted.test(job) || !now.isBefore(until) || call.cancelled()) {
        return job;
      }
      double waited = Duration.between(start, now).toMillis() / 1000.0;
      call.progress(
          before + waited,
          before + most.toMillis() / 1000.0,
          "job " + job.id() + " is " + job.status());
      Thread.sleep(Bounds.POLL.toMillis());
    }
  }

  /** When to stop waiting: after that long, or in time for the caller's own deadline. */
  static Instant end(Instant start, Duration most, RequestContext call) {
    Instant wanted = start.plus(most);
    Instant given = call.deadline().map(deadline -> deadline.minus(RESERVE)).orElse(wanted);
    return given.isBefore(wanted) ? given : wanted;
  }
}
