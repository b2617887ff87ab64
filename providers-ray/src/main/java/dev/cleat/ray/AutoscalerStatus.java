// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code ray_autoscaler_status}: what is used, what waits, and which nodes come or failed. */
final class AutoscalerStatus {
  record Query(@Unwrapped Target on) {}

  /** What waits. */
  record Waiting(
      @Doc("How many wait for the same.") int count,
      @Doc("task_or_actor or placement_group.") String what,
      String needs,
      @Doc("Why the nodes of now can never give it; absent when they can.")
          Optional<String> infeasible) {}

  record Status(
      String summary,
      int nodesActive,
      @Doc("How many of each type are being started.") Map<String, Integer> nodesPending,
      @Doc("What became of those that failed.") List<String> nodesFailed,
      @Doc("By resource; custom resources are not told of here.") Map<String, Load.Amount> usage,
      @Doc("What waits for resources, the infeasible first.") List<Waiting> demand,
      @Doc("Whether more waits than this.") boolean truncated,
      @Doc("What could not be looked at.") Optional<List<String>> unseen,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private AutoscalerStatus(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("ray_autoscaler_status")
        .title("Ray autoscaler status")
        .says(
            "Use this to see whether a Ray cluster is large enough: what is used, which tasks,"
                + " actors and placement groups wait for resources, which of them can never start"
                + " on the nodes there are, and which nodes are being added or failed. Seconds"
                + " old.")
        .readOnly()
        .handles(
            Query.class,
            Status.class,
            (query, call) -> new AutoscalerStatus(clusters.find(query.on())).status());
  }

  private Status status() throws InterruptedException {
    RayCluster.About about = cluster.about();
    Load load = cluster.state().load();
    List<RayNode> nodes = looks.at("nodes", List.of(), () -> cluster.state().nodes());
    List<Waiting> waiting = new ArrayList<>();
    load.demands().forEach(demand -> waiting.add(waiting(demand, nodes)));
    load.groups().forEach(group -> waiting.add(waiting(group, nodes)));
    waiting.sort((a, b) -> Boolean.compare(b.infeasible().isPresent(), a.infeasible().isPresent()));
    boolean more = waiting.size() > StateBounds.LISTED;
    return new Status(
        summary(load, waiting),
        load.nodes().active(),
        load.nodes().pending(),
        StateBounds.listed(load.nodes().failed()),
        load.usage(),
        StateBounds.listed(waiting),
        more,
        looks.told(),
        about);
  }

  private static Waiting waiting(StateApi.Demand demand, List<RayNode> nodes) {
    return new Waiting(
        demand.count(),
        "task_or_actor",
        demand.wants().isEmpty() ? "a process" : Diagnosis.wants(demand.wants()),
        infeasible(demand, nodes));
  }

  private static Waiting waiting(Load.GroupDemand group, List<RayNode> nodes) {
    List<String> bundles = new ArrayList<>();
    Optional<String> infeasible = Optional.empty();
    for (StateApi.Demand bundle : group.bundles()) {
      bundles.add(bundle.count() + " x {" + Diagnosis.wants(bundle.wants()) + "}");
      infeasible = infeasible.or(() -> infeasible(bundle, nodes));
    }
    return new Waiting(
        group.count(),
        "placement_group",
        group.strategy() + " of " + String.join(", ", bundles),
        infeasible);
  }

  private static Optional<String> infeasible(StateApi.Demand demand, List<RayNode> nodes) {
    return nodes.isEmpty() ? Optional.empty() : Diagnosis.infeasible(demand.wants(), nodes);
  }

  private static String summary(Load load, List<Waiting> waiting) {
    int pending = load.nodes().pending().values().stream().mapToInt(Integer::intValue).sum();
    StringBuilder text = new StringBuilder();
    text.append(Wording.count(load.nodes().active(), "node")).append(" active");
    if (pending > 0) {
      text.append(", ").append(pending).append(" being started");
    }
    if (!load.nodes().failed().isEmpty()) {
      text.append(", ").append(load.nodes().failed().size()).append(" failed");
    }
    String used = PendingVerdict.used(load);
    text.append(used.isEmpty() ? "." : "; " + used + ".");
    int count = waiting.stream().mapToInt(Waiting::count).sum();
    int never =
        waiting.stream().filter(one -> one.infeasible().isPresent()).mapToInt(Waiting::count).sum();
    if (count == 0) {
      return text.append(" Nothing waits.").toString();
    }
    text.append(' ').append(count).append(" wait for resources");
    if (never > 0) {
      Waiting first = waiting.get(0);
      text.append(", ")
          .append(never)
          .append(" of them for what no node has: ")
          .append(first.needs());
    }
    return text.append('.').toString();
  }
}
