// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the processes behind a task, an actor or a job. */
final class StackTargets {
  /** One process. */
  record Traced(String what, String nodeId, int pid) {}

  private final StateApi state;
  private final RayCluster cluster;

  StackTargets(StateApi state, RayCluster cluster) {
    this.state = state;
    this.cluster = cluster;
  }

  /** At least one, each once. */
  List<Traced> of(DumpStacks.Query query) throws InterruptedException {
    if (query.taskId().isPresent()) {
      return List.of(task(query.taskId().get()));
    }
    if (query.actorId().isPresent()) {
      return List.of(actor(query.actorId().get()));
    }
    if (query.jobId().isPresent()) {
      return job(query.jobId().get());
    }
    int pid = query.pid().orElse(0);
    return List.of(new Traced("process " + pid, node(query.nodeId()), pid));
  }

  private Traced task(String id) throws InterruptedException {
    List<RayTask> attempts =
        state.tasks(StateQuery.first(StateBounds.ROWS).where("task_id", id)).rows();
    if (attempts.isEmpty()) {
      throw ToolFailure.notFound(
          "There is no task " + id + ".", "list_ray_tasks shows the tasks there are.");
    }
    for (RayTask task : attempts) {
      if (task.is(RayTask.RUNNING) && task.nodeId().isPresent() && task.pid() != 0) {
        return new Traced("task " + task.name(), task.nodeId().get(), task.pid());
      }
      if (task.is(RayTask.RUNNING) && task.actorId().isPresent()) {
        return actor(task.actorId().get());
      }
    }
    throw new ToolFailure(
        FailureKind.WRONG_STATE,
        "Task "
            + attempts.get(0).name()
            + " is "
            + attempts.get(0).state()
            + ": no process runs it.",
        "diagnose_ray_job says why a task does not run.");
  }

  private Traced actor(String id) throws InterruptedException {
    RayActor actor =
        state.actors(StateQuery.first(1).where("actor_id", id)).rows().stream()
            .findFirst()
            .orElseThrow(
                () ->
                    ToolFailure.notFound(
                        "There is no actor " + id + ".",
                        "list_ray_actors shows the actors there are."));
    return process(actor)
        .orElseThrow(
            () ->
                new ToolFailure(
                    FailureKind.WRONG_STATE,
                    "Actor " + actor.title() + " is " + actor.state() + ": it has no process.",
                    "list_ray_actors says why."));
  }

  private List<Traced> job(String named) throws InterruptedException {
    String id = RayJobId.of(cluster, Optional.of(named)).orElse(named);
    List<Traced> found = new ArrayList<>();
    StateQuery all = StateQuery.first(StateBounds.ROWS);
    StateQuery drivers =
        StateQuery.first(StateBounds.MOST_ROWS)
            .where("worker_type", "DRIVER")
            .where("is_alive", "true");
    for (RayWorker driver : state.workers(drivers).rows()) {
      if (driver.jobId().equals(id) && driver.pid() != 0 && driver.nodeId().isPresent()) {
        add(new Traced("the driver", driver.nodeId().get(), driver.pid()), found);
      }
    }
    StateQuery running = all.where("job_id", id).where("state", RayTask.RUNNING);
    for (RayTask task : state.tasks(running).rows()) {
      if (task.pid() != 0 && task.nodeId().isPresent()) {
        add(new Traced("task " + task.name(), task.nodeId().get(), task.pid()), found);
      }
    }
    StateQuery alive = all.where("job_id", id).where("state", RayActor.ALIVE);
    for (RayActor actor : state.actors(alive).rows()) {
      process(actor).ifPresent(process -> add(process, found));
    }
    if (found.isEmpty()) {
      throw new ToolFailure(
          FailureKind.WRONG_STATE,
          "Job " + named + " has no process that runs.",
          "inspect_ray_job tells its state.");
    }
    return found;
  }

  private static void add(Traced process, List<Traced> found) {
    boolean known =
        found.stream()
            .anyMatch(
                other -> other.pid() == process.pid() && other.nodeId().equals(process.nodeId()));
    if (!known) {
      found.add(process);
    }
  }

  private static Optional<Traced> process(RayActor actor) {
    return actor.state().equals(RayActor.ALIVE) && actor.pid() != 0
        ? actor.nodeId().map(node -> new Traced("actor " + actor.title(), node, actor.pid()))
        : Optional.empty();
  }

  private String node(Optional<String> given) throws InterruptedException {
    if (given.isPresent()) {
      return given.get();
    }
    List<RayNode> alive = state.nodes().stream().filter(RayNode::alive).toList();
    if (alive.size() == 1) {
      return alive.get(0).id();
    }
    throw ToolFailure.invalidArgument(
        "On which of the " + Wording.count(alive.size(), "node") + " is that process?",
        "Give node_id, as inspect_ray_cluster shows it.");
  }
}
