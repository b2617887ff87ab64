// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code summarize_ray_state}: what is wrong first, then how many there are of what. */
final class SummarizeState {
  record Query(
      @Unwrapped Target on,
      @Doc("Only of this job: as list_ray_jobs shows it, or Ray's own id.")
          @Range(min = 1, max = 128)
          Optional<String> jobId) {}

  /** Tasks of a function, or actors of a class. */
  record Kind(String name, Optional<String> type, Map<String, Integer> states) {}

  record State(
      String summary,
      @Doc("What is wrong, worst first; empty when nothing was seen that is.")
          List<String> problems,
      @Doc("Each with what it has, and what is used on it.") List<String> nodes,
      @Doc("By function, those with failures first.") List<Kind> tasks,
      @Doc("By class; those with which Ray runs jobs are left out.") List<Kind> actors,
      Map<String, Integer> placementGroups,
      @Doc("How many objects there are, and how large they are together.") Optional<String> objects,
      @Doc("What waits for resources.") List<String> demand,
      @Doc("Whether there are more functions or classes than these.") boolean truncated,
      @Doc("What could not be looked at.") Optional<List<String>> unseen,
      RayCluster.About cluster) {}

  private static final StateCounts NOTHING = new StateCounts(List.of(), 0, 0, Optional.empty());

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private SummarizeState(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("summarize_ray_state")
        .title("Summarize what goes on in a Ray cluster")
        .says(
            "Use this for a first look at a Ray cluster or at the inside of a job: what is wrong,"
                + " how many tasks, actors, placement groups and objects there are in which state,"
                + " and what waits for resources.")
        .readOnly()
        .handles(
            Query.class,
            State.class,
            (query, call) -> of(clusters.find(query.on()), query.jobId()));
  }

  /** The state of a cluster, or of one job in it. */
  static State of(RayCluster cluster, Optional<String> jobId) throws InterruptedException {
    return new SummarizeState(cluster).summarize(jobId);
  }

  private State summarize(Optional<String> jobId) throws InterruptedException {
    RayCluster.About about = cluster.about();
    StateApi state = cluster.state();
    Optional<String> job = RayJobId.of(cluster, jobId);
    List<RayNode> nodes = looks.at("nodes", List.of(), state::nodes);
    Optional<Load> load = looks.at("load", Optional.empty(), () -> Optional.of(state.load()));
    StateCounts tasks = counts("tasks", StateCounts.Of.TASKS, job);
    StateCounts actors = counts("actors", StateCounts.Of.ACTORS, job);
    // Ray asks every process for its objects; it cannot do that for one job.
    StateCounts objects =
        job.isPresent() ? NOTHING : counts("objects", StateCounts.Of.OBJECTS, job);
    StateQuery ofJob = StateQuery.first(StateBounds.ROWS);
    StateTable<RayGroup> groups =
        looks.table("placement groups", () -> state.groups(ofJob.where("creator_job_id", job)));
    StateTable<RayActor> dead =
        looks.table(
            "dead actors",
            () -> state.actors(ofJob.where("job_id", job).where("state", RayActor.DEAD)));
    List<StateCounts.Row> own =
        actors.rows().stream()
            .filter(row -> !row.name().equals(RayActor.SUPERVISOR_CLASS))
            .toList();
    List<String> problems =
        new StateProblems(nodes, load, job.isPresent())
            .of(tasks.rows(), dead.rows(), groups.rows());
    return new State(
        summary(problems, nodes, tasks, own),
        problems,
        nodes.stream()
            .filter(RayNode::alive)
            .limit(StateBounds.LISTED)
            .map(n -> line(n, load))
            .toList(),
        kinds(tasks.rows()),
        kinds(own),
        states(groups.rows()),
        job.isPresent() ? Optional.empty() : Optional.of(objects(objects)),
        load.map(SummarizeState::demand).orElse(List.of()),
        tasks.rows().size() > StateBounds.LISTED || own.size() > StateBounds.LISTED,
        looks.told(),
        about);
  }

  private StateCounts counts(String what, StateCounts.Of of, Optional<String> job)
      throws InterruptedException {
    StateCounts counts = looks.at(what, NOTHING, () -> cluster.state().counts(of, job));
    // Objects come and go while Ray counts them: of those it is told how many there are at least.
    if (of != StateCounts.Of.OBJECTS) {
      counts.warning().ifPresent(warning -> looks.miss(what + ": " + warning));
    }
    return counts;
  }

  private String summary(
      List<String> problems, List<RayNode> nodes, StateCounts tasks, List<StateCounts.Row> actors) {
    long alive = nodes.stream().filter(RayNode::alive).count();
    int taskCount = tasks.rows().stream().mapToInt(StateCounts.Row::all).sum();
    int actorCount = actors.stream().mapToInt(StateCounts.Row::all).sum();
    String counted =
        Wording.count(alive, "node")
            + " alive, "
            + Wording.count(taskCount, "task")
            + ", "
            + Wording.count(actorCount, "actor")
            + ".";
    if (!problems.isEmpty()) {
      return Wording.count(problems.size(), "problem") + ": " + problems.get(0) + " " + counted;
    }
    return looks.unseen().isEmpty()
        ? "Nothing seen that is wrong: " + counted
        : "Not all could be looked at: " + counted;
  }

  private static String line(RayNode node, Optional<Load> load) {
    List<String> used = new ArrayList<>();
    load.map(seen -> seen.byNode().getOrDefault(node.id(), Map.of()))
        .orElse(Map.of())
        .forEach(
            (resource, amount) -> {
              if (!resource.endsWith("memory")) {
                used.add(resource + " " + Diagnosis.number(amount.used()));
              }
            });
    return node.titled() + (used.isEmpty() ? "" : "; used: " + String.join(", ", used));
  }

  private static List<Kind> kinds(List<StateCounts.Row> rows) {
    return rows.stream()
        .sorted(
            Comparator.comparingInt((StateCounts.Row row) -> -row.in(RayTask.FAILED))
                .thenComparingInt(row -> -row.in(RayTask.PENDING_NODE))
                .thenComparingInt(row -> -row.all())
                .thenComparing(StateCounts.Row::name))
        .limit(StateBounds.LISTED)
        .map(
            row ->
                new Kind(
                    row.name(),
                    Optional.of(row.type()).filter(type -> !type.isEmpty()),
                    row.states()))
        .toList();
  }

  private static Map<String, Integer> states(List<RayGroup> groups) {
    Map<String, Integer> counts = new TreeMap<>();
    groups.forEach(group -> counts.merge(group.state(), 1, Integer::sum));
    return counts;
  }

  private static String objects(StateCounts counts) {
    return (counts.warning().isPresent() ? "at least " : "")
        + Wording.count(counts.objects(), "object")
        + ", "
        + Diagnosis.number(counts.objectMegabytes())
        + " MB";
  }

  static List<String> demand(Load load) {
    List<String> lines = new ArrayList<>();
    for (StateApi.Demand demand : load.demands()) {
      lines.add(demand.count() + " x " + words(demand));
    }
    for (Load.GroupDemand group : load.groups()) {
      List<String> bundles = new ArrayList<>();
      group.bundles().forEach(bundle -> bundles.add(bundle.count() + " x {" + words(bundle) + "}"));
      lines.add(
          group.count()
              + " x placement group "
              + group.strategy()
              + " of "
              + String.join(", ", bundles));
    }
    return StateBounds.listed(lines);
  }

  private static String words(StateApi.Demand demand) {
    return demand.wants().isEmpty() ? "no resources" : Diagnosis.wants(demand.wants());
  }
}
