// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is used on the nodes of a cluster, and what waits; seconds old.
 *
 * <p>Ray mangles the names of resources here, so only those are told of whose names it does not
 * mangle, and never what belongs to placement groups or to one node.
 *
 * @param usage by resource
 * @param byNode the same for each node, by its id
 * @param demands what tasks and actors wait for
 * @param groups what placement groups wait for
 * @param nodes as the autoscaler counts them
 */
record Load(
    Map<String, Amount> usage,
    Map<String, Map<String, Amount>> byNode,
    List<StateApi.Demand> demands,
    List<GroupDemand> groups,
    Nodes nodes) {
  /** How much of how much is used. */
  record Amount(double used, double total) {}

  /**
   * A placement group that waits.
   *
   * @param count how many wait for the same
   */
  record GroupDemand(List<StateApi.Demand> bundles, String strategy, int count) {}

  /**
   * Nodes as the autoscaler sees them; all empty but the active ones where there is none.
   *
   * @param pending how many of each type are being started
   * @param failed each in a line
   */
  record Nodes(int active, Map<String, Integer> pending, List<String> failed) {}

  private static final Map<String, String> NAMES =
      Map.of(
          "CPU", "CPU",
          "GPU", "GPU",
          "TPU", "TPU",
          "memory", "memory",
          "objectStoreMemory", "object_store_memory");
  private static final Set<String> PLAIN = Set.of("CPU", "GPU", "TPU", "memory");

  static Load of(JsonNode status) {
    JsonNode load = status.path("loadMetricsReport");
    JsonNode report = status.path("autoscalerReport");
    Map<String, Map<String, Amount>> byNode = new HashMap<>();
    load.path("usageByNode")
        .properties()
        .forEach(node -> byNode.put(node.getKey(), usage(node.getValue())));
    List<GroupDemand> groups = new ArrayList<>();
    for (JsonNode pair : load.path("pgDemand")) {
      groups.add(
          new GroupDemand(
              demands(pair.path(0).path("bundles")),
              RayJson.text(pair.path(0), "strategy").orElse("?"),
              pair.path(1).asInt(1)));
    }
    return new Load(
        usage(load.path("usage")),
        byNode,
        demands(load.path("resourceDemand")),
        groups,
        nodes(report));
  }

  /** How much of a resource is used on a node; 0 where that is not known. */
  double used(String nodeId, String resource) {
    Amount amount = byNode.getOrDefault(nodeId, Map.of()).get(resource);
    return amount == null || !PLAIN.contains(resource) ? 0 : amount.used();
  }

  private static List<StateApi.Demand> demands(JsonNode pairs) {
    List<StateApi.Demand> demands = new ArrayList<>();
    for (JsonNode pair : pairs) {
      demands.add(new StateApi.Demand(RayJson.numbers(pair.path(0)), pair.path(1).asInt(1)));
    }
    return demands;
  }

  private static Map<String, Amount> usage(JsonNode usage) {
    Map<String, Amount> amounts = new TreeMap<>();
    NAMES.forEach(
        (mangled, name) -> {
          JsonNode pair = usage.path(mangled);
          if (pair.path(0).isNumber()) {
            amounts.put(name, new Amount(pair.path(0).doubleValue(), pair.path(1).asDouble()));
          }
        });
    return amounts;
  }

  private static Nodes nodes(JsonNode report) {
    int active = 0;
    for (JsonNode count : report.path("activeNodes")) {
      active += count.asInt(1);
    }
    for (JsonNode count : report.path("idleNodes")) {
      active += count.asInt(1);
    }
    Map<String, Integer> pending = new TreeMap<>();
    for (JsonNode node : report.path("pendingNodes")) {
      pending.merge(Wording.oneLine(node.path(1).asText("node"), 80), 1, Integer::sum);
    }
    report
        .path("pendingLaunches")
        .properties()
        .forEach(
            launch ->
                pending.merge(
                    Wording.oneLine(launch.getKey(), 80),
                    launch.getValue().asInt(1),
                    Integer::sum));
    List<String> failed = new ArrayList<>();
    for (JsonNode node : report.path("failedNodes")) {
      failed.add(Wording.oneLine(node.isArray() ? joined(node) : node.toString(), 200));
    }
    return new Nodes(active, pending, failed);
  }

  private static String joined(JsonNode parts) {
    List<String> words = new ArrayList<>();
    parts.forEach(part -> words.add(part.asText()));
    return String.join(" ", words);
  }
}
