// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A job as Ray tells of it.
 *
 * @param id the submission id, or Ray's own id of a driver that was started otherwise
 * @param driver whether it was started otherwise than by submitting: Ray cannot stop such a one
 * @param rayId Ray's own id, known once the driver has connected
 * @param status in lower case; one that a later Ray adds is kept as it is
 * @param runtimeEnv with the values of environment variables as they are: never for an answer
 */
record Job(
    String id,
    boolean driver,
    Optional<String> rayId,
    String status,
    String entrypoint,
    String message,
    Optional<String> errorType,
    Optional<Instant> started,
    Optional<Instant> ended,
    Map<String, String> metadata,
    Map<String, Object> runtimeEnv,
    Optional<String> nodeId,
    Optional<Integer> exitCode) {

  static final String PENDING = "pending";
  static final String RUNNING = "running";
  static final String SUCCEEDED = "succeeded";
  static final String FAILED = "failed";
  static final String STOPPED = "stopped";

  private static final Set<String> TERMINAL = Set.of(SUCCEEDED, FAILED, STOPPED);

  static Job of(JsonNode node) {
    Optional<String> submissionId = RayJson.text(node, "submission_id");
    Optional<String> rayId =
        RayJson.text(node.path("driver_info"), "id").or(() -> RayJson.text(node, "job_id"));
    return new Job(
        submissionId.or(() -> rayId).orElse("unknown"),
        submissionId.isEmpty(),
        rayId,
        RayJson.text(node, "status").orElse("unknown").toLowerCase(Locale.ROOT),
        RayJson.text(node, "entrypoint").orElse(""),
        Wording.cut(RayJson.text(node, "message").orElse(""), Bounds.MESSAGE_CHARS),
        RayJson.text(node, "error_type"),
        RayJson.time(node, "start_time"),
        RayJson.time(node, "end_time"),
        RayJson.texts(node.path("metadata")),
        RayJson.plain(node.path("runtime_env")),
        RayJson.text(node, "driver_node_id"),
        node.path("driver_exit_code").isInt()
            ? Optional.of(node.path("driver_exit_code").intValue())
            : Optional.empty());
  }

  /** Whether it is the same job, and not one that got its id later. */
  boolean isSameRun(Job other) {
    return id.equals(other.id)
        && nodeId.equals(other.nodeId)
        && started.equals(other.started)
        && runtimeEnv.equals(other.runtimeEnv)
        && metadata.equals(other.metadata);
  }

  boolean isTerminal() {
    return TERMINAL.contains(status);
  }

  boolean is(String wanted) {
    return status.equals(wanted);
  }

  /** From its start, which for Ray is when it was submitted, to its end or now. */
  Optional<Duration> age(Instant now) {
    return started.map(from -> Duration.between(from, ended.orElse(now)));
  }

  /** What kind of cause it failed with; empty unless it failed. */
  Optional<Cause.Kind> failureKind() {
    if (!is(FAILED)) {
      return Optional.empty();
    }
    return ErrorFinder.in(message)
        .firstCause()
        .map(ErrorFinder.Found::kind)
        .or(() -> exitCode.flatMap(code -> kindOf("exit code " + code)))
        .or(() -> errorType.filter(type -> exitCode.isEmpty()).flatMap(Job::kindOf))
        .or(() -> Optional.of(Cause.of(message).kind()));
  }

  private static Optional<Cause.Kind> kindOf(String words) {
    Cause.Kind kind = Cause.of(words).kind();
    return kind == Cause.Kind.OTHER ? Optional.empty() : Optional.of(kind);
  }

  /** What ended it, in a line; empty unless it failed. */
  Optional<String> failure() {
    if (!is(FAILED)) {
      return Optional.empty();
    }
    Optional<ErrorFinder.Found> found = ErrorFinder.in(message).firstCause();
    String code = exitCode.map(c -> "exit code " + c).orElse(errorType.orElse("failed"));
    return Optional.of(
        found
            .map(error -> code + ": " + error.error())
            .orElseGet(
                () ->
                    exitCode.isPresent()
                        ? code
                        : code + ": " + Wording.oneLine(message, Bounds.QUOTED_CHARS)));
  }
}
