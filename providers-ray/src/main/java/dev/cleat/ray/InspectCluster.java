// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code inspect_ray_cluster}: what a cluster has, what is used, what waits, and who uses it. */
final class InspectCluster {
  record Query(
      @Unwrapped Target on,
      @Doc("Also list nodes that are dead, and each node's labels.") @Default("false")
          boolean detail) {}

  /** How much of a resource is in use. */
  record Usage(String resource, double used, double total) {}

  /** A node, with its labels if they were asked for. */
  record Node(@Unwrapped NodeLine line, Optional<Map<String, String>> labels) {}

  record Inspected(
      String summary,
      String dashboard,
      Optional<String> gcsAddress,
      List<Usage> usage,
      @Doc("What waits for resources.") List<String> pendingDemand,
      @Doc("What of it no node can ever satisfy as it is now, and why.") List<String> infeasible,
      List<Node> nodes,
      int deadNodes,
      @Doc("Jobs and drivers that use the cluster.") List<String> users,
      @Doc("What could not be looked at.") List<String> unseen,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private InspectCluster(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("inspect_ray_cluster")
        .title("Inspect a Ray cluster")
        .says(
            "Use this to see how a Ray cluster is: its nodes, what of its CPUs, GPUs and memory is"
                + " in use, what waits for resources and why, and which jobs use it.")
        .readOnly()
        .handles(
            Query.class,
            Inspected.class,
            (query, call) -> new InspectCluster(clusters.find(query.on())).inspect(query));
  }

  private Inspected inspect(Query query) throws InterruptedException {
    RayCluster.About about = cluster.about();
    List<RayNode> nodes = cluster.state().nodes();
    List<RayNode> alive = nodes.stream().filter(RayNode::alive).toList();
    Optional<Load> load =
        looks.at("usage and demand", Optional.empty(), () -> Optional.of(cluster.state().load()));
    List<Usage> usage = load.map(InspectCluster::usage).orElse(List.of());
    List<StateApi.Demand> demands = load.map(Load::demands).orElse(List.of());
    List<String> infeasible = new ArrayList<>();
    for (StateApi.Demand demand : demands) {
      Diagnosis.infeasible(demand.wants(), nodes).ifPresent(infeasible::add);
    }
    List<String> users = looks.at("users", List.of(), () -> cluster.activity().users());
    List<Node> shown =
        nodes.stream()
            .filter(node -> query.detail() || node.alive())
            .map(
                node ->
                    new Node(
                        NodeLine.of(node),
                        query.detail() ? Optional.of(node.labels()) : Optional.empty()))
            .toList();
    return new Inspected(
        summary(about, nodes, alive, usage, demands, infeasible),
        cluster.target().dashboard().address().toString(),
        cluster.target().gcsAddress(),
        usage,
        StateApi.Demand.texts(demands, Bounds.LISTED_RESOURCES),
        infeasible.stream().distinct().limit(Bounds.LISTED_RESOURCES).toList(),
        shown,
        nodes.size() - alive.size(),
        users,
        looks.unseen(),
        about);
  }

  private static List<Usage> usage(Load load) {
    List<Usage> usage = new ArrayList<>();
    load.usage()
        .forEach((name, amount) -> usage.add(new Usage(name, amount.used(), amount.total())));
    return usage;
  }

  private String summary(
      RayCluster.About about,
      List<RayNode> nodes,
      List<RayNode> alive,
      List<Usage> usage,
      List<StateApi.Demand> demands,
      List<String> infeasible) {
    List<String> parts = new ArrayList<>();
    int dead = nodes.size() - alive.size();
    parts.add(
        Wording.count(alive.size(), "node") + " alive" + (dead > 0 ? ", " + dead + " dead" : ""));
    for (Usage one : usage) {
      parts.add(
          one.resource().endsWith("memory")
              ? String.format(
                  Locale.ROOT,
                  "%s %.1f of %.1f GB",
                  one.resource().replace('_', ' '),
                  one.used() / 1e9,
                  one.total() / 1e9)
              : one.resource()
                  + " "
                  + Diagnosis.number(one.used())
                  + " of "
                  + Diagnosis.number(one.total()));
    }
    int waiting = demands.stream().mapToInt(StateApi.Demand::count).sum();
    if (waiting > 0) {
      parts.add(waiting + " waiting for resources");
    }
    return about.name()
        + ": "
        + String.join(", ", parts)
        + "."
        + (infeasible.isEmpty() ? "" : " " + infeasible.get(0))
        + (looks.unseen().isEmpty() ? "" : " Not all could be looked at.");
  }
}
