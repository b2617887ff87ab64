// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Gathers what is needed to judge a job. */
final class JobLook {
  private final RayCluster cluster;
  private final StateApi state;
  private final Looks looks = new Looks();

  JobLook(RayCluster cluster) {
    this.cluster = cluster;
    state = cluster.state();
  }

  JobFacts at(Job job) throws InterruptedException {
    Optional<StateApi.Supervisor> supervisor =
        job.driver()
            ? Optional.empty()
            : looks.at("supervisor", Optional.empty(), () -> state.supervisorOf(job));
    List<RayNode> nodes = looks.at("nodes", List.of(), state::nodes);
    Optional<Load> load =
        job.isTerminal()
            ? Optional.empty()
            : looks.at("load", Optional.empty(), () -> Optional.of(state.load()));
    Optional<String> id = job.rayId();
    boolean over = job.isTerminal();
    StateTable<RayTask> failed = tasks("failed tasks", id, RayTask.FAILED);
    // What waited or ran when a job ended is shown as if it did so still.
    StateTable<RayTask> waiting =
        over ? StateTable.none() : tasks("waiting tasks", id, RayTask.PENDING_NODE);
    StateTable<RayTask> running =
        over || id.isEmpty()
            ? StateTable.none()
            : looks.at(
                "running tasks",
                StateTable.none(),
                () -> state.tasks(of("job_id", id.get()).where("state", RayTask.RUNNING)));
    StateTable<RayActor> actors =
        actors("dead actors", id, query -> query.where("state", RayActor.DEAD));
    if (!over) {
      actors =
          actors.and(
              actors(
                  "waiting actors",
                  id,
                  query ->
                      query.whereNot("state", RayActor.DEAD).whereNot("state", RayActor.ALIVE)));
    }
    StateTable<RayGroup> groups =
        id.isEmpty() || over
            ? StateTable.none()
            : looks.table("placement groups", () -> state.groups(of("creator_job_id", id.get())));
    StateTable<RayWorker> exits =
        id.isEmpty() || job.is(Job.SUCCEEDED)
            ? StateTable.none()
            : looks.table("worker exits", () -> state.workers(RayWorker.failedOnes()));
    Optional<String> logError =
        job.is(Job.FAILED) ? looks.at("log", Optional.empty(), () -> logError(job)) : none();
    return new JobFacts(
        job,
        cluster.clock().instant(),
        supervisor,
        nodes,
        load,
        actors.rows(),
        failed.rows(),
        waiting.rows(),
        running.rows(),
        groups.rows(),
        exits.rows().stream().filter(RayWorker::failed).toList(),
        logError,
        looks.unseen());
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private StateTable<RayTask> tasks(String what, Optional<String> jobId, String inState)
      throws InterruptedException {
    if (jobId.isEmpty()) {
      return StateTable.none();
    }
    return looks.table(what, () -> state.tasks(of("job_id", jobId.get()).where("state", inState)));
  }

  private StateTable<RayActor> actors(
      String what, Optional<String> jobId, UnaryOperator<StateQuery> which)
      throws InterruptedException {
    return jobId.isEmpty()
        ? StateTable.none()
        : looks.table(what, () -> state.actors(which.apply(of("job_id", jobId.get()))));
  }

  private static StateQuery of(String column, String id) {
    return StateQuery.first(StateBounds.ROWS).where(column, id);
  }

  private Optional<String> logError(Job job) throws InterruptedException {
    return JobLog.tail(cluster, job, 1, Bounds.INSPECTED_LINES)
        .flatMap(log -> log.errors().stream().findFirst())
        .map(ErrorFinder.Found::error);
  }
}
