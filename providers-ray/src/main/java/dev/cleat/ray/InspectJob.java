// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code inspect_ray_job}: how one job is, and with {@code full} why. */
final class InspectJob {
  /** How much is looked at. */
  enum Mode {
    STATUS,
    FULL
  }

  record Query(
      @Unwrapped JobTarget on,
      @Doc("The id of the job, as list_ray_jobs shows it, or Ray's own.") String jobId,
      @Doc("full also looks at its tasks, its errors, and what it waits for.") @Default("status")
          Mode mode) {}

  record Inspected(
      String summary,
      String jobId,
      String status,
      String entrypoint,
      @Doc("When it was submitted.") Optional<Instant> submitted,
      Optional<Instant> ended,
      Optional<Integer> exitCode,
      Optional<String> errorType,
      @Doc("What it failed with.") Optional<String> failure,
      @Doc("What that is about, by its words.") Optional<Cause.Kind> failureKind,
      Optional<Details> details,
      RayCluster.About cluster) {}

  /** What {@code full} adds. */
  record Details(
      @Doc("Why it has not started.") Optional<String> waitsFor,
      @Doc("What else waits for resources on the cluster.") Optional<List<String>> pendingDemand,
      @Doc("The state of the actor that starts the job.") Optional<String> supervisor,
      @Doc("Its tasks by state.") Optional<Map<String, Integer>> tasks,
      @Doc("Errors from its log, as the workload wrote them; the first is the cause.")
          Optional<List<RetrieveLogs.LogError>> errors,
      Optional<String> rayJobId,
      Optional<String> nodeId,
      Map<String, Object> metadata,
      @Doc("Values of environment variables are never shown.") Map<String, Object> runtimeEnv,
      @Doc("What could not be looked at.") Optional<List<String>> unseen) {}

  private final RayCluster cluster;

  private InspectJob(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("inspect_ray_job")
        .title("Inspect a Ray job")
        .says(
            "Use this to see how a Ray job is doing: its state, since when, and what it failed with."
                + " mode full also says why it is pending, how its tasks are, and what its log tells"
                + " of errors.")
        .readOnly()
        .handles(
            Query.class,
            Inspected.class,
            (query, call) -> new InspectJob(clusters.find(query.on())).inspect(query));
  }

  private Inspected inspect(Query query) throws InterruptedException {
    JobId.require(query.jobId());
    RayCluster.About about = cluster.about();
    Job job = cluster.jobs().get(query.jobId());
    Redaction redaction = Redaction.of(job);
    Optional<Details> details =
        query.mode() == Mode.FULL ? Optional.of(details(job, redaction)) : Optional.empty();
    Optional<String> failure = job.failure().map(redaction::text);
    return new Inspected(
        summary(job, failure, details.flatMap(Details::waitsFor)),
        job.id(),
        job.status(),
        redaction.text(Wording.cut(job.entrypoint(), Bounds.ENTRYPOINT_CHARS)),
        job.started(),
        job.ended(),
        job.exitCode(),
        job.errorType(),
        failure,
        job.failureKind(),
        details,
        about);
  }

  private String summary(Job job, Optional<String> failure, Optional<String> waitsFor) {
    String age =
        job.age(cluster.clock().instant())
            .map(span -> (job.isTerminal() ? " after " : " for ") + Wording.span(span))
            .orElse("");
    return "Job "
        + job.id()
        + " is "
        + job.status()
        + age
        + failure.map(what -> ": " + what).orElse("")
        + waitsFor.map(why -> ". " + why).orElse(".");
  }

  private Details details(Job job, Redaction redaction) throws InterruptedException {
    StateApi state = cluster.state();
    Looks looks = new Looks();
    Optional<StateApi.Supervisor> supervisor =
        looks.at("supervisor", Optional.empty(), () -> state.supervisorOf(job));
    Optional<String> waitsFor = Optional.empty();
    Optional<List<String>> demand = Optional.empty();
    if (job.is(Job.PENDING)) {
      waitsFor =
          looks.at(
              "nodes",
              Optional.empty(),
              () -> Optional.of(Diagnosis.whyPending(supervisor, state.nodes())));
      demand =
          looks.at(
              "demand",
              Optional.empty(),
              () -> Optional.of(StateApi.Demand.texts(state.demands(), Bounds.LISTED_RESOURCES)));
    }
    Map<String, Integer> tasks =
        job.rayId().isEmpty()
            ? Map.of()
            : looks.at("tasks", Map.of(), () -> state.taskCounts(job.rayId().get()));
    List<RetrieveLogs.LogError> errors =
        looks
            .at("log", Optional.<LogScan.Result>empty(), () -> log(job))
            .map(RetrieveLogs::errors)
            .orElse(List.of());
    return new Details(
        waitsFor,
        demand,
        supervisor.map(StateApi.Supervisor::state),
        tasks.isEmpty() ? Optional.empty() : Optional.of(tasks),
        errors.isEmpty() ? Optional.empty() : Optional.of(errors),
        job.rayId(),
        job.nodeId(),
        bounded(redaction.metadata(job.metadata())),
        bounded(redaction.runtimeEnv(job.runtimeEnv())),
        looks.told());
  }

  private Optional<LogScan.Result> log(Job job) throws InterruptedException {
    return JobLog.tail(cluster, job, 1, Bounds.INSPECTED_LINES);
  }

  private static Map<String, Object> bounded(Map<String, ?> settings) {
    int bytes = RayJson.write(new LinkedHashMap<>(settings)).length;
    return bytes <= Bounds.JOB_SETTINGS_BYTES
        ? new LinkedHashMap<>(settings)
        : Map.of("left_out", "too long to be shown: " + bytes + " bytes");
  }
}
