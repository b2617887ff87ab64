// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * A process that runs tasks and actors, or a driver.
 *
 * @param exitType why it ended, in a word of Ray's, such as {@code NODE_OUT_OF_MEMORY}
 * @param exitDetail the same in words, bounded
 */
record RayWorker(
    String id,
    boolean alive,
    boolean driver,
    Optional<String> nodeId,
    int pid,
    Optional<Instant> ended,
    Optional<String> exitType,
    Optional<String> exitDetail) {
  static final String OUT_OF_MEMORY = "NODE_OUT_OF_MEMORY";

  private static final int JOB_ID_DIGITS = 8;

  /** Of the processes that ended those where nobody wanted it, as far as Ray can choose them. */
  static StateQuery failedOnes() {
    return StateQuery.first(StateBounds.SMALL_ROWS)
        .where("is_alive", "false")
        .whereNot("exit_type", "INTENDED_SYSTEM_EXIT")
        .whereNot("exit_type", "INTENDED_USER_EXIT");
  }

  static RayWorker of(JsonNode row) {
    return new RayWorker(
        RayJson.text(row, "worker_id").orElse("unknown"),
        row.path("is_alive").asBoolean(),
        row.path("worker_type").asText().equals("DRIVER"),
        RayJson.text(row, "node_id"),
        row.path("pid").asInt(0),
        RayJson.time(row, "end_time_ms"),
        RayJson.text(row, "exit_type"),
        RayJson.text(row, "exit_detail").map(text -> Wording.cut(text, StateBounds.ERROR_CHARS)));
  }

  boolean outOfMemory() {
    return exitType.map(OUT_OF_MEMORY::equals).orElse(false);
  }

  /** It ended, and nobody wanted that. */
  boolean failed() {
    return !alive && !driver && exitType.map(type -> !type.startsWith("INTENDED")).orElse(false);
  }

  /** Ray's own id of the job whose driver this is: the id of a driver begins with it. */
  String jobId() {
    return id.length() < JOB_ID_DIGITS ? id : id.substring(0, JOB_ID_DIGITS);
  }
}
