// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.OUTCOME_UNKNOWN;

import dev.cleat.Doc;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code submit_ray_job}: each request at most once, whatever becomes of the connection. */
final class SubmitJob {
  record Submitted(
      String summary,
      String jobId,
      String status,
      @Doc("True when an earlier call had submitted the same.") boolean alreadySubmitted,
      @Doc("What may keep the job from running.") List<String> warnings,
      @Doc("What it failed with, as seen while waiting.") Optional<String> failure,
      Optional<Cause.Kind> failureKind,
      @Doc("The code that was sent along, as the cluster calls it.") Optional<String> code,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final RandomGenerator random;
  private final WorkingDirs workingDirs;

  private SubmitJob(RayCluster cluster, RandomGenerator random, WorkingDirs workingDirs) {
    this.cluster = cluster;
    this.random = random;
    this.workingDirs = workingDirs;
  }

  static ServedTool tool(Clusters clusters, RandomGenerator random, WorkingDirs workingDirs) {
    return Tool.named("submit_ray_job")
        .title("Submit a Ray job")
        .says(
            "Use this to run a command on the Ray cluster as a job. The entrypoint is a shell command"
                + " that runs there with the cluster's rights. Answers at once with the job's id, or"
                + " after wait_seconds with how it went.")
        .writes()
        .openWorld()
        .handles(
            SubmitQuery.class,
            Submitted.class,
            (query, call) ->
                new SubmitJob(clusters.find(query.on()), random, workingDirs).submit(query, call));
  }

  private Submitted submit(SubmitQuery query, RequestContext call) throws InterruptedException {
    query.kubernetes().requireNone(cluster.target());
    String id = query.jobId().orElseGet(() -> JobId.generate(random));
    RuntimeEnv env = new RuntimeEnv(query);
    Optional<String> directory = env.localDirectory();
    // Everything is checked before anything is packed or sent.
    JobRequest.of(query, id, directory.map(path -> "gcs://checked"));
    RayCluster.About about = cluster.about();
    Optional<String> code = Optional.empty();
    if (directory.isPresent()) {
      CodeUpload upload = new CodeUpload(cluster, workingDirs, call);
      code = Optional.of(upload.send(directory.get(), env.excludes()));
    }
    JobRequest request = JobRequest.of(query, id, code);
    List<String> warnings = new ArrayList<>();
    if (!request.wants().isEmpty()) {
      preflight(request).ifPresent(warnings::add);
    }
    boolean already = submit(request);
    return answer(request, code, already, warnings, about, look(query, request, call, warnings));
  }

  // True when it was there already.
  private boolean submit(JobRequest request) throws InterruptedException {
    try {
      cluster.jobs().submit(request.wire());
      return false;
    } catch (ToolFailure failure) {
      if (failure.kind() == CONFLICT) {
        requireSame(request, cluster.jobs().get(request.id()));
        return true;
      }
      if (failure.kind() == OUTCOME_UNKNOWN) {
        requireArrived(request, failure);
        return false;
      }
      throw failure;
    }
  }

  private void requireSame(JobRequest request, Job job) {
    if (!request.isOf(job)) {
      throw new ToolFailure(
          CONFLICT,
          "There is another job "
              + request.id()
              + ": "
              + Redaction.of(job).text(Wording.oneLine(job.entrypoint(), 120))
              + " ("
              + job.status()
              + ").",
          "Use another job_id, or leave it out.");
    }
  }

  // The answer to the submission was lost. Our id tells whether Ray got it.
  private void requireArrived(JobRequest request, ToolFailure lost) throws InterruptedException {
    Instant until = cluster.clock().instant().plus(Bounds.LOOK_UP);
    while (true) {
      try {
        requireSame(request, cluster.jobs().get(request.id()));
        return;
      } catch (ToolFailure failure) {
        if (failure.kind() == CONFLICT) {
          throw failure;
        }
        // Ray may still be at it.
        if (failure.kind() != NOT_FOUND || !cluster.clock().instant().isBefore(until)) {
          throw unknown(request, lost, failure);
        }
      }
      Thread.sleep(Bounds.POLL.toMillis());
    }
  }

  private static ToolFailure unknown(JobRequest request, ToolFailure lost, ToolFailure seen) {
    String found =
        seen.kind() == NOT_FOUND
            ? "Ray does not know it (yet)."
            : String.valueOf(seen.getMessage());
    return new ToolFailure(
            OUTCOME_UNKNOWN,
            lost.getMessage() + " Looking for job " + request.id() + ": " + found,
            "Look with inspect_ray_job, or submit the same again with job_id \""
                + request.id()
                + "\": it is not started twice.")
        .retryable()
        .causedBy(lost);
  }

  private Optional<String> preflight(JobRequest request) throws InterruptedException {
    try {
      return Diagnosis.infeasible(request.wants(), cluster.state().nodes())
          .map(why -> why + " The job waits until such a node joins, or fails.");
    } catch (ToolFailure failure) {
      return Optional.of("Whether a node has the resources could not be seen.");
    }
  }

  // Empty when the job was not, or could not be, looked at.
  private Optional<Job> look(
      SubmitQuery query, JobRequest request, RequestContext call, List<String> warnings)
      throws InterruptedException {
    try {
      Duration most = Duration.ofSeconds(query.waitSeconds());
      return Optional.of(
          new JobWait(cluster, call, CodeUpload.WHOLE).until(Job::isTerminal, request.id(), most));
    } catch (ToolFailure failure) {
      warnings.add("Submitted, but how it goes could not be seen: " + failure.getMessage());
      return Optional.empty();
    }
  }

  private Submitted answer(
      JobRequest request,
      Optional<String> code,
      boolean already,
      List<String> warnings,
      RayCluster.About about,
      Optional<Job> seen) {
    String status = seen.map(Job::status).orElse("unknown");
    Optional<String> failure = seen.flatMap(job -> job.failure().map(Redaction.of(job)::text));
    String summary =
        (already ? "Was submitted before: job " : "Submitted job ")
            + request.id()
            + ", now "
            + status
            + failure.map(what -> " (" + what + ")").orElse("")
            + "."
            + (warnings.isEmpty() ? "" : " Mind the warnings.");
    return new Submitted(
        summary,
        request.id(),
        status,
        already,
        warnings,
        failure,
        seen.flatMap(Job::failureKind),
        code,
        about);
  }
}
