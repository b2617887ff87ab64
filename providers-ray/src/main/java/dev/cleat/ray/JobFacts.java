// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that was seen of one job. What is empty was not there or was not seen; which of the two, only
 * {@link #unseen} tells.
 *
 * @param supervisor the actor that starts and watches the job
 * @param load what is used and what waits on the cluster
 * @param actors of the job that are dead or wait
 * @param failed tasks of the job that failed, retried ones included
 * @param waiting tasks of the job that have not begun
 * @param running tasks of the job that run; there may be more
 * @param exits processes of the cluster that ended when nobody wanted it
 * @param logError what the job's log names first as an error
 * @param unseen what could not be looked at
 */
record JobFacts(
    Job job,
    Instant now,
    Optional<StateApi.Supervisor> supervisor,
    List<RayNode> nodes,
    Optional<Load> load,
    List<RayActor> actors,
    List<RayTask> failed,
    List<RayTask> waiting,
    List<RayTask> running,
    List<RayGroup> groups,
    List<RayWorker> exits,
    Optional<String> logError,
    List<String> unseen) {

  /** The processes of this job that ended when nobody wanted it. */
  List<RayWorker> ownExits() {
    return exits.stream().filter(this::isOwn).toList();
  }

  /** What has the job's own words for the error that ended it, or its log's. */
  Optional<String> error() {
    Optional<String> named = ErrorFinder.in(job.message()).firstCause().map(e -> e.error());
    if (named.map(line -> line.contains("RayTaskError(")).orElse(false)) {
      return Optional.of(ErrorText.line(job.message()));
    }
    return named.or(this::logError);
  }

  /** The node that the job's driver was on, when that is dead. */
  Optional<RayNode> lostNode() {
    return nodes.stream()
        .filter(node -> !node.alive())
        .filter(node -> job.nodeId().map(node.id()::equals).orElse(false))
        .findFirst();
  }

  /** What failed in the job, each in a line; the newest last. */
  List<String> failures() {
    List<String> lines = new ArrayList<>();
    for (RayTask task : failed) {
      String why = ErrorText.of(task).orElse("no reason given");
      lines.add("task " + task.name() + " failed: " + why);
    }
    for (RayActor actor : actors) {
      if (actor.failed()) {
        lines.add("actor " + actor.title() + " died: " + deathOf(actor));
      }
    }
    for (RayWorker worker : ownExits()) {
      lines.add(
          "worker process "
              + worker.pid()
              + " ended with "
              + worker.exitType().orElse("no reason")
              + worker.exitDetail().map(text -> ": " + ErrorText.line(text)).orElse(""));
    }
    return lines.stream().distinct().limit(StateBounds.EVIDENCE).toList();
  }

  static String deathOf(RayActor actor) {
    return actor.death().map(cause -> ErrorText.line(cause.text())).orElse("Ray gives no reason");
  }

  // A process that ended is not said to be of a job, but its tasks and actors are.
  private boolean isOwn(RayWorker worker) {
    boolean ranTask =
        failed.stream().anyMatch(task -> task.workerId().map(worker.id()::equals).orElse(false));
    boolean wasActor =
        actors.stream()
            .anyMatch(
                actor ->
                    actor.pid() == worker.pid()
                        && actor.pid() != 0
                        && actor.nodeId().equals(worker.nodeId()));
    boolean named =
        job.rayId().isPresent()
            && worker.outOfMemory()
            && worker.exitDetail().orElse("").contains("job ID=" + job.rayId().get() + ",");
    return ranTask || wasActor || named;
  }
}
