// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt at a task as Ray tells of it.
 *
 * @param state in upper case, as Ray has it; one that a later Ray adds is kept as it is
 * @param jobId Ray's own id of its job
 * @param pid of the process that runs it; 0 when there is none
 * @param error what it failed with: a traceback, or Ray's explanation, bounded
 * @param since when it got into its state
 */
record RayTask(
    String id,
    int attempt,
    String name,
    String state,
    String type,
    Optional<String> jobId,
    Optional<String> actorId,
    Optional<String> nodeId,
    Optional<String> workerId,
    int pid,
    Need need,
    Optional<String> groupId,
    Optional<String> errorType,
    Optional<String> error,
    Optional<Instant> since) {
  static final String FAILED = "FAILED";
  static final String FINISHED = "FINISHED";
  static final String RUNNING = "RUNNING";

  /** It waits for resources. */
  static final String PENDING_NODE = "PENDING_NODE_ASSIGNMENT";

  /** It waits for what other tasks are to return. */
  static final String PENDING_ARGS = "PENDING_ARGS_AVAIL";

  static RayTask of(JsonNode row) {
    return new RayTask(
        RayJson.text(row, "task_id").orElse("unknown"),
        row.path("attempt_number").asInt(0),
        RayJson.text(row, "name")
            .or(() -> RayJson.text(row, "func_or_class_name"))
            .map(name -> Wording.oneLine(name, 200))
            .orElse("unknown"),
        RayJson.text(row, "state").orElse("UNKNOWN"),
        RayJson.text(row, "type").orElse("UNKNOWN"),
        RayJson.text(row, "job_id"),
        RayJson.text(row, "actor_id"),
        RayJson.text(row, "node_id"),
        RayJson.text(row, "worker_id"),
        row.path("worker_pid").asInt(0),
        Need.of(row),
        RayJson.text(row, "placement_group_id"),
        RayJson.text(row, "error_type"),
        RayJson.text(row, "error_message").map(text -> Wording.cut(text, StateBounds.ERROR_CHARS)),
        since(row));
  }

  boolean is(String wanted) {
    return state.equals(wanted);
  }

  boolean createsActor() {
    return type.equals("ACTOR_CREATION_TASK");
  }

  private static Optional<Instant> since(JsonNode row) {
    JsonNode events = row.path("events");
    JsonNode millis = events.path(events.size() - 1).path("created_ms");
    return millis.isNumber() && millis.asLong() > 0
        ? Optional.of(Instant.ofEpochMilli(millis.asLong()))
        : Optional.empty();
  }
}
