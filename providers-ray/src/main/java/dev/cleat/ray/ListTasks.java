// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code list_ray_tasks}: those that failed or wait first, each with why. */
final class ListTasks {
  record Query(
      @Unwrapped Target on,
      @Doc("Only in this state, such as FAILED, RUNNING, FINISHED, PENDING_NODE_ASSIGNMENT.")
          @Pattern("[A-Z_]{1,60}")
          Optional<String> state,
      @Doc("Only with this name.") @Range(min = 1, max = 300) Optional<String> name,
      @Doc("Only of this job: as list_ray_jobs shows it, or Ray's own id.")
          @Range(min = 1, max = 128)
          Optional<String> jobId,
      @Doc("Only of this actor.") @Pattern("[0-9a-f]{32}") Optional<String> actorId,
      @Doc("Only on this node.") @Pattern("[0-9a-f]{56}") Optional<String> nodeId,
      @Default("50") @Range(min = 1, max = StateBounds.ROWS) int limit) {}

  /** One of the list. */
  record Row(
      String taskId,
      String name,
      @Doc("As Ray has it.") String state,
      @Doc("How long it has been in that state.") Optional<String> since,
      @Doc("What it failed with.") Optional<String> error,
      @Doc("Why it does not start.") Optional<String> waitsFor,
      @Doc("What it needs.") Optional<String> needs,
      @Doc("Counted from 0, when it is not the first.") Optional<Integer> attempt,
      String type,
      Optional<String> jobId,
      Optional<String> actorId,
      Optional<String> nodeId,
      Optional<Integer> pid) {}

  record Tasks(
      String summary,
      List<Row> tasks,
      @Doc("Whether there are more than these.") boolean truncated,
      @Doc("What could not be looked at.") Optional<List<String>> unseen,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private ListTasks(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("list_ray_tasks")
        .title("List Ray tasks")
        .says(
            "Use this to see the tasks of a Ray cluster or job: which failed and with what, which"
                + " wait and for what, which run and since when. Those that failed come first, then"
                + " those that wait or run. Ray forgets old finished tasks.")
        .readOnly()
        .handles(
            Query.class,
            Tasks.class,
            (query, call) -> new ListTasks(clusters.find(query.on())).list(query));
  }

  private Tasks list(Query query) throws InterruptedException {
    RayCluster.About about = cluster.about();
    StateTable<RayTask> tasks = read(query, filter(query));
    boolean anyWaits = tasks.rows().stream().anyMatch(ListTasks::unfinished);
    List<RayNode> nodes =
        anyWaits ? looks.at("nodes", List.of(), () -> cluster.state().nodes()) : List.of();
    EndedJobs ended =
        anyWaits
            ? looks.at("ended jobs", EndedJobs.NONE, () -> EndedJobs.of(cluster.state()))
            : EndedJobs.NONE;
    tasks.warning().ifPresent(looks::miss);
    return new Tasks(
        summary(tasks),
        tasks.rows().stream().map(task -> row(task, nodes, ended)).toList(),
        tasks.cut(),
        looks.told(),
        about);
  }

  private StateQuery filter(Query query) throws InterruptedException {
    return StateQuery.first(query.limit())
        .where("name", query.name())
        .where("job_id", RayJobId.of(cluster, query.jobId()))
        .where("actor_id", query.actorId())
        .where("node_id", query.nodeId());
  }

  // Ray has its own order, and cuts by it: so what matters is asked for first.
  private StateTable<RayTask> read(Query query, StateQuery filter) throws InterruptedException {
    StateApi state = cluster.state();
    if (query.state().isPresent()) {
      return state.tasks(filter.where("state", query.state().get()));
    }
    StateTable<RayTask> found = state.tasks(filter.where("state", RayTask.FAILED));
    List<StateQuery> next =
        List.of(
            filter.whereNot("state", RayTask.FAILED).whereNot("state", RayTask.FINISHED),
            filter.where("state", RayTask.FINISHED));
    for (StateQuery part : next) {
      int room = Math.max(1, query.limit() - found.rows().size());
      found = found.and(state.tasks(part.atMost(room))).atMost(query.limit());
    }
    return found;
  }

  private static String summary(StateTable<RayTask> tasks) {
    if (tasks.rows().isEmpty()) {
      return "No such tasks.";
    }
    Map<String, Integer> counts = new TreeMap<>();
    tasks.rows().forEach(task -> counts.merge(task.state(), 1, Integer::sum));
    return StateCounts.words(counts)
        + (tasks.fitting() > tasks.rows().size()
            ? "; " + tasks.rows().size() + " of " + tasks.fitting() + " shown."
            : ".");
  }

  private Row row(RayTask task, List<RayNode> nodes, EndedJobs ended) {
    Optional<String> age =
        task.since().map(since -> Wording.span(Duration.between(since, cluster.clock().instant())));
    return new Row(
        task.id(),
        task.name(),
        task.state(),
        age,
        task.is(RayTask.FAILED)
            ? ErrorText.of(task).map(Redaction.GENERAL::text)
            : Optional.empty(),
        unfinished(task) && !task.is(RayTask.RUNNING)
            ? Optional.of(waitsFor(task, nodes, ended))
            : Optional.empty(),
        task.need().isNothing() ? Optional.empty() : Optional.of(task.need().text()),
        task.attempt() == 0 ? Optional.empty() : Optional.of(task.attempt()),
        task.type(),
        task.jobId(),
        task.actorId(),
        task.nodeId(),
        task.pid() == 0 ? Optional.empty() : Optional.of(task.pid()));
  }

  private static boolean unfinished(RayTask task) {
    return !task.is(RayTask.FAILED) && !task.is(RayTask.FINISHED);
  }

  private static String waitsFor(RayTask task, List<RayNode> nodes, EndedJobs ended) {
    if (ended.has(task.jobId())) {
      return "nothing any more: its job has ended, and Ray lists it as it was then";
    }
    if (task.is(RayTask.PENDING_ARGS)) {
      return "the results of other tasks";
    }
    if (!task.is(RayTask.PENDING_NODE)) {
      return "its turn";
    }
    if (task.groupId().isPresent()) {
      return "room in its placement group";
    }
    Optional<String> infeasible =
        nodes.isEmpty() ? Optional.empty() : task.need().infeasibleOn(nodes);
    return infeasible.orElse("resources that others use, or a process");
  }
}
