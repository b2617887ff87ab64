// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A node of a cluster, with what it has in all. */
record RayNode(
    String id,
    boolean head,
    boolean alive,
    Optional<String> stateMessage,
    Map<String, Double> resources,
    Map<String, String> labels) {

  static RayNode of(JsonNode node) {
    return new RayNode(
        RayJson.text(node, "node_id").orElse("unknown"),
        node.path("is_head_node").asBoolean(),
        node.path("state").asText().equals("ALIVE"),
        RayJson.text(node, "state_message"),
        RayJson.numbers(node.path("resources_total")),
        RayJson.texts(node.path("labels")));
  }

  /** Such as {@code head 1f2e3d4c5b6a: CPU 2, GPU 1}. */
  String titled() {
    Map<String, Double> shown = new TreeMap<>(resources);
    shown.keySet().removeIf(name -> name.startsWith("node:") || name.endsWith("memory"));
    return (head ? "head " : "")
        + Wording.cut(id, 12)
        + (shown.isEmpty() ? "" : ": " + Diagnosis.wants(shown));
  }

  /** It is dead because it was told to leave. */
  boolean leftAsAsked() {
    return !alive && stateMessage.map(why -> why.startsWith("Expected termination")).orElse(false);
  }

  double total(String resource) {
    return resources.getOrDefault(resource, 0.0);
  }
}
