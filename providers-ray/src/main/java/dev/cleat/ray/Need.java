// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What something needs before it can start: amounts of resources, and a node with certain labels.
 * Pure.
 */
record Need(Map<String, Double> resources, Map<String, String> labels) {
  static final Need NOTHING = new Need(Map.of(), Map.of());

  private static final String NODE_ID = "ray.io/node-id";

  // What only the head has, so that Ray can bind to it what has to be there.
  private static final String HEAD = "node:__internal_head__";

  /** Of a row of the table of actors or of tasks. */
  static Need of(JsonNode row) {
    return new Need(
        RayJson.numbers(row.path("required_resources")), RayJson.texts(row.path("label_selector")));
  }

  boolean isNothing() {
    return resources.isEmpty() && labels.isEmpty();
  }

  /** Such as {@code CPU 2, GPU 1, on a node with region=us}. */
  String text() {
    List<String> words = new ArrayList<>();
    Map<String, Double> shown = new HashMap<>(resources);
    if (shown.remove(HEAD) != null) {
      words.add("to be on the head");
    }
    if (!shown.isEmpty()) {
      words.add(0, Diagnosis.wants(shown));
    }
    labels.forEach(
        (name, value) ->
            words.add(
                name.equals(NODE_ID)
                    ? "on node " + Wording.cut(value, 12)
                    : "on a node with " + name + "=" + Wording.oneLine(value, 80)));
    return String.join(", ", words);
  }

  /** Why no node can ever start it, as they are now; empty when one could. */
  Optional<String> infeasibleOn(List<RayNode> nodes) {
    List<RayNode> alive = nodes.stream().filter(RayNode::alive).toList();
    List<RayNode> fitting = alive.stream().filter(this::isLabelled).toList();
    if (fitting.isEmpty() && !labels.isEmpty()) {
      String others =
          labels.containsKey(NODE_ID)
              ? "It is bound to node " + Wording.cut(nodeOf(), 12) + ", which is not alive."
              : "No node has the labels " + Wording.oneLine(labels.toString(), 200) + ".";
      return Optional.of(others);
    }
    return Diagnosis.infeasible(resources, fitting);
  }

  /** Whether one node has room for it now, as far as it is known what is used. */
  boolean fitsNow(List<RayNode> nodes, Load load) {
    return nodes.stream()
        .filter(RayNode::alive)
        .filter(this::isLabelled)
        .anyMatch(
            node ->
                resources.entrySet().stream()
                    .allMatch(
                        want ->
                            node.total(want.getKey()) - load.used(node.id(), want.getKey())
                                >= want.getValue() - 1e-6));
  }

  private String nodeOf() {
    return labels.getOrDefault(NODE_ID, "");
  }

  private boolean isLabelled(RayNode node) {
    return labels.entrySet().stream()
        .allMatch(want -> matches(node.labels().get(want.getKey()), want.getValue()));
  }

  // Ray's selectors: "us", "!us", "in(us,eu)", "!in(us,eu)".
  private static boolean matches(@Nullable String label, String selector) {
    boolean not = selector.startsWith("!");
    String wanted = not ? selector.substring(1) : selector;
    boolean found;
    if (wanted.startsWith("in(") && wanted.endsWith(")")) {
      found = false;
      for (String choice : wanted.substring(3, wanted.length() - 1).split(",", -1)) {
        found |= choice.strip().equals(label);
      }
    } else {
      found = wanted.equals(label);
    }
    return found != not;
  }
}
