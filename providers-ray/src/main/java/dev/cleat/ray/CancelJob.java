// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.OUTCOME_UNKNOWN;
import static dev.cleat.FailureKind.UNSUPPORTED;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** {@code cancel_ray_job}: says what was seen afterwards, not what Ray promised. */
final class CancelJob {
  record Query(
      @Unwrapped JobTarget on,
      @Doc("The id of the job, as list_ray_jobs shows it.") String jobId,
      @Doc("How long to look whether it stops.") @Default("10") @Range(min = 0, max = 300)
          int waitSeconds) {}

  /** What became of the job. */
  enum Outcome {
    STOPPED,
    /** It had not started, so the actor that was to start it was ended. */
    ENDED_BEFORE_START,
    ALREADY_ENDED,
    ENDED_OTHERWISE,
    STILL_RUNNING,
    STILL_PENDING
  }

  record Cancelled(
      String summary,
      @Doc("still_running and still_pending mean that it was NOT cancelled so far.")
          Outcome outcome,
      String jobId,
      @Doc("As observed last.") String status,
      RayCluster.About cluster) {}

  // How long a job that is about to start gets to take the stop by itself.
  private static final Duration STOP_PENDING = Duration.ofSeconds(2);
  // How long Ray takes at most to see that a supervisor is gone.
  private static final Duration SEE_END = Duration.ofSeconds(10);

  private final RayCluster cluster;

  private CancelJob(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("cancel_ray_job")
        .title("Cancel a Ray job")
        .says(
            "Use this to stop a job that is not needed any more; its work so far is lost. Answers"
                + " with the state that the job was seen in afterwards. A job that has ended already"
                + " stays as it is.")
        .destructive()
        .idempotent()
        .handles(
            Query.class,
            Cancelled.class,
            (query, call) -> new CancelJob(clusters.find(query.on())).cancel(query, call));
  }

  private Cancelled cancel(Query query, RequestContext call) throws InterruptedException {
    JobId.require(query.jobId());
    RayCluster.About about = cluster.about();
    Job job = cluster.jobs().get(query.jobId());
    if (job.isTerminal()) {
      return answer(Outcome.ALREADY_ENDED, job, "has ended already: " + job.status() + ".", about);
    }
    if (job.driver()) {
      throw new ToolFailure(
          UNSUPPORTED,
          job.id()
              + " is a driver that was not submitted as a job, and Ray cannot stop such a one.",
          "End its process where it was started.");
    }
    call.confirm(question(job, about));
    stop(job);
    Duration most = Duration.ofSeconds(query.waitSeconds());
    Duration first = job.is(Job.PENDING) && most.compareTo(STOP_PENDING) > 0 ? STOP_PENDING : most;
    Job after = new JobWait(cluster, call).until(Job::isTerminal, job.id(), first);
    boolean ended = after.is(Job.PENDING) && endSupervisor(after);
    if (ended || (!after.isTerminal() && first.compareTo(most) < 0)) {
      Duration rest = ended ? atLeast(SEE_END, most.minus(first)) : most.minus(first);
      after = new JobWait(cluster, call, first.toSeconds()).until(Job::isTerminal, job.id(), rest);
    }
    return ended && after.isTerminal() ? endedBeforeStart(after, about) : judge(after, about);
  }

  // The only way to end a job that has not started; false where this cannot be done from here.
  private boolean endSupervisor(Job job) throws InterruptedException {
    try {
      cluster.backend().killSupervisor(cluster.target(), StateApi.SUPERVISOR + job.id());
      return true;
    } catch (ToolFailure failure) {
      // Not found: it has just ended, or begun. What became of the job is looked at in any case.
      if (failure.kind() == UNSUPPORTED || failure.kind() == NOT_FOUND) {
        return failure.kind() == NOT_FOUND;
      }
      throw failure;
    }
  }

  private static Duration atLeast(Duration least, Duration time) {
    return time.compareTo(least) < 0 ? least : time;
  }

  private static Cancelled endedBeforeStart(Job job, RayCluster.About about) {
    if (job.is(Job.SUCCEEDED)) {
      return answer(Outcome.ENDED_OTHERWISE, job, "ended by itself: " + job.status() + ".", about);
    }
    String text =
        "is ended: it had not started, and the actor that was to start it is gone; Ray lists the job"
            + " as "
            + job.status()
            + ".";
    return answer(Outcome.ENDED_BEFORE_START, job, text, about);
  }

  // Of the start and not of the age: the answer to a question counts only for the very same words.
  private static String question(Job job, RayCluster.About about) {
    String entrypoint = Redaction.of(job).text(Wording.oneLine(job.entrypoint(), 200));
    String since =
        job.started().map(at -> " since " + at.truncatedTo(ChronoUnit.SECONDS)).orElse("");
    return "Stop the Ray job "
        + job.id()
        + " ("
        + entrypoint
        + "), "
        + job.status()
        + since
        + ", on "
        + about.name()
        + "?";
  }

  // Stopping twice does no harm, so a lost answer is no reason to stop here: look what happens.
  private void stop(Job job) throws InterruptedException {
    try {
      cluster.jobs().stop(job.id());
    } catch (ToolFailure failure) {
      if (failure.kind() != OUTCOME_UNKNOWN) {
        throw failure;
      }
    }
  }

  private Cancelled judge(Job job, RayCluster.About about) throws InterruptedException {
    if (job.is(Job.STOPPED)) {
      return answer(Outcome.STOPPED, job, "is stopped.", about);
    }
    if (job.isTerminal()) {
      return answer(Outcome.ENDED_OTHERWISE, job, "ended by itself: " + job.status() + ".", about);
    }
    if (job.is(Job.PENDING)) {
      return answer(Outcome.STILL_PENDING, job, "is NOT stopped. " + stillPending(job), about);
    }
    String text =
        "is NOT stopped yet: still "
            + job.status()
            + ". Ray was told to stop it; look again with inspect_ray_job.";
    return answer(Outcome.STILL_RUNNING, job, text, about);
  }

  // Ray hands the stop to the job's supervisor, which does not exist before the job starts.
  private String stillPending(Job job) throws InterruptedException {
    Instant gone =
        job.started()
            .orElse(cluster.clock().instant())
            .plus(Bounds.JOB_START)
            .truncatedTo(ChronoUnit.SECONDS);
    return why(job)
        + " Ray says it took the stop, but stops no job before it starts: should it start, it runs"
        + " for moments and is stopped then; else Ray gives it up about "
        + gone
        + " (unless the head has another RAY_JOB_START_TIMEOUT_SECONDS). To end it now, run on the"
        + " head: ray kill-actor --name _ray_internal_job_actor_"
        + job.id()
        + " --namespace SUPERVISOR_ACTOR_RAY_NAMESPACE --force --no-restart";
  }

  private String why(Job job) throws InterruptedException {
    try {
      StateApi state = cluster.state();
      return Diagnosis.whyPending(state.supervisorOf(job), state.nodes());
    } catch (ToolFailure failure) {
      return "It has not started.";
    }
  }

  private static Cancelled answer(Outcome outcome, Job job, String what, RayCluster.About about) {
    return new Cancelled("Job " + job.id() + " " + what, outcome, job.id(), job.status(), about);
  }
}
