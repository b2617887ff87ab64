// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/**
 * A place in the log of one run of a job.
 *
 * @param end how many bytes of the log have been delivered; a line begins there
 * @param startedMillis when the job started, so that another job of the same id is told from it
 */
record FollowCursor(long end, long startedMillis, String jobId) {
  private static final String WRONG = "cursor is not one that follow_ray_job has given.";

  static FollowCursor of(long end, Job job) {
    return new FollowCursor(end, millis(job), job.id());
  }

  String print() {
    byte[] text = (end + " " + startedMillis + " " + jobId).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
  }

  /**
   * The place that a cursor means.
   *
   * @throws ToolFailure when it is none, or one in another log
   */
  static FollowCursor parse(String cursor, Job job) {
    FollowCursor place = parse(cursor);
    if (!place.jobId().equals(job.id()) || place.startedMillis() != millis(job)) {
      throw ToolFailure.invalidArgument(
          "cursor belongs to another job, or to another run of this one.",
          "Leave cursor out to begin anew.");
    }
    return place;
  }

  private static FollowCursor parse(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      String[] parts = text.split(" ", -1);
      long end = Long.parseLong(parts[0]);
      if (parts.length == 3 && end >= 0) {
        return new FollowCursor(end, Long.parseLong(parts[1]), parts[2]);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw ToolFailure.invalidArgument(
        WRONG, "Pass next_cursor of the answer before, or leave it out to begin anew.");
  }

  private static long millis(Job job) {
    return job.started().map(Instant::toEpochMilli).orElse(0L);
  }
}
