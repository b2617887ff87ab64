// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * An actor as Ray tells of it.
 *
 * @param state in upper case, as Ray has it; one that a later Ray adds is kept as it is
 * @param jobId Ray's own id of its job
 * @param pid of its process; 0 when it has none
 * @param death why it is dead, as Ray explains it, bounded
 */
record RayActor(
    String id,
    String className,
    String state,
    Optional<String> name,
    Optional<String> jobId,
    Optional<String> nodeId,
    int pid,
    int restarts,
    Need need,
    Optional<String> groupId,
    Optional<Death> death) {
  /**
   * Why an actor is dead.
   *
   * @param reason a word of Ray's, such as {@code WORKER_DIED}
   * @param text Ray's explanation
   */
  record Death(String reason, String text) {
    static Optional<Death> of(JsonNode cause) {
      for (var context : cause.properties()) {
        JsonNode value = context.getValue();
        Optional<String> text =
            RayJson.text(value, "error_message")
                .or(() -> RayJson.text(value, "formatted_exception_string"));
        if (text.isPresent()) {
          String reason = RayJson.text(value, "reason").orElse(context.getKey());
          return Optional.of(new Death(reason, Wording.cut(text.get(), StateBounds.ERROR_CHARS)));
        }
      }
      return Optional.empty();
    }

    /** Whether it was ended, or its owner was: nothing that went wrong. */
    boolean intended() {
      return reason.equals("OWNER_DIED")
          || reason.equals("OUT_OF_SCOPE")
          || reason.equals("REF_DELETED")
          || reason.equals("RAY_KILL")
          || text.contains("INTENDED_USER_EXIT")
          || text.contains("INTENDED_SYSTEM_EXIT")
          || text.contains("ray.kill")
          || text.contains("went out of scope");
    }
  }

  static final String DEAD = "DEAD";
  static final String ALIVE = "ALIVE";
  static final String SUPERVISOR_CLASS = "JobSupervisor";

  private static final String NO_ID = "^f*$";

  static RayActor of(JsonNode row) {
    return new RayActor(
        RayJson.text(row, "actor_id").orElse("unknown"),
        RayJson.text(row, "class_name").orElse("unknown"),
        RayJson.text(row, "state").orElse("UNKNOWN"),
        RayJson.text(row, "name"),
        RayJson.text(row, "job_id"),
        RayJson.text(row, "node_id").filter(id -> !id.matches(NO_ID)),
        row.path("pid").asInt(0),
        row.path("num_restarts").asInt(0),
        Need.of(row),
        RayJson.text(row, "placement_group_id"),
        Death.of(row.path("death_cause")));
  }

  /** Neither alive nor dead: it waits for something. */
  boolean waits() {
    return !state.equals(ALIVE) && !state.equals(DEAD);
  }

  /** It is dead, and not because somebody wanted that. */
  boolean failed() {
    return state.equals(DEAD) && death.map(cause -> !cause.intended()).orElse(false);
  }

  /** What people call it. */
  String title() {
    return className + name.map(given -> " \"" + Wording.oneLine(given, 80) + "\"").orElse("");
  }
}
