// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.OUTCOME_UNKNOWN;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static dev.cleat.FailureKind.UPSTREAM;
import static dev.cleat.FailureKind.WRONG_STATE;

import dev.cleat.Doc;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.time.Instant;
import java.util.Optional;

/** {@code delete_ray_job}: takes an ended job off Ray's list, and looks whether it is gone. */
final class DeleteJob {
  record Query(
      @Unwrapped JobTarget on,
      @Doc("The id of a job that has ended, as list_ray_jobs shows it.") String jobId) {}

  /** What became of the job. */
  enum Outcome {
    DELETED,
    ALREADY_GONE
  }

  record Deleted(String summary, Outcome outcome, String jobId, RayCluster.About cluster) {}

  private final RayCluster cluster;

  private DeleteJob(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("delete_ray_job")
        .title("Delete a Ray job")
        .says(
            "Use this to take a job that has ended off the list of jobs, so that its id is free"
                + " again. What it ended with is then no longer known; its log file stays on its node"
                + " as long as the cluster runs.")
        .destructive()
        .idempotent()
        .handles(
            Query.class,
            Deleted.class,
            (query, call) -> new DeleteJob(clusters.find(query.on())).delete(query, call));
  }

  private Deleted delete(Query query, RequestContext call) throws InterruptedException {
    JobId.require(query.jobId());
    RayCluster.About about = cluster.about();
    Optional<Job> found = find(query.jobId());
    if (found.isEmpty()) {
      String summary = "There is no job " + query.jobId() + ": nothing to delete.";
      return new Deleted(summary, Outcome.ALREADY_GONE, query.jobId(), about);
    }
    Job job = found.get();
    requireDeletable(job);
    call.confirm(
        "Delete what Ray knows of the job "
            + job.id()
            + " ("
            + job.status()
            + job.ended().map(Instant::toString).map(at -> " at " + at).orElse("")
            + "), on "
            + about.name()
            + "?");
    try {
      cluster.jobs().delete(job.id());
    } catch (ToolFailure failure) {
      // Deleting twice does no harm, so a lost answer is made up for by looking.
      if (failure.kind() != OUTCOME_UNKNOWN && failure.kind() != NOT_FOUND) {
        throw failure;
      }
    }
    if (find(job.id()).isPresent()) {
      throw new ToolFailure(
          UPSTREAM,
          "Ray was told to delete job " + job.id() + ", and still lists it.",
          "Try again.");
    }
    return new Deleted("Job " + job.id() + " is deleted.", Outcome.DELETED, job.id(), about);
  }

  private static void requireDeletable(Job job) {
    if (job.driver()) {
      throw new ToolFailure(
          UNSUPPORTED,
          job.id()
              + " is a driver that was not submitted as a job, and Ray cannot delete such a one.",
          "It leaves the list with the cluster.");
    }
    if (!job.isTerminal()) {
      throw new ToolFailure(
          WRONG_STATE,
          "Job " + job.id() + " is " + job.status() + ", and only an ended one can be deleted.",
          "Stop it first with cancel_ray_job.");
    }
  }

  private Optional<Job> find(String id) throws InterruptedException {
    try {
      return Optional.of(cluster.jobs().get(id));
    } catch (ToolFailure failure) {
      if (failure.kind() == NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }
}
