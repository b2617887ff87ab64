// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/**
 * A node that was started here: one {@code ray start --block}, and all that it started.
 *
 * @param number 0 for the head; of the workers no two ever have the same
 * @param process the process that was started here
 * @param nodeId what Ray calls it, once it has been seen alive
 * @param spec how it was started
 */
record LocalNode(int number, ProcessId process, Optional<String> nodeId, NodeSpec spec) {
  boolean head() {
    return number == 0;
  }

  /** As people read it. */
  String label() {
    return (head() ? "head" : "worker " + number) + " (pid " + process.pid() + ")";
  }

  LocalNode seenAs(String id) {
    return new LocalNode(number, process, Optional.of(id), spec);
  }

  Map<String, Object> toJson() {
    return Map.of(
        "number",
        number,
        "pid",
        process.pid(),
        "start",
        process.start(),
        "node_id",
        nodeId.orElse(""),
        "spec",
        spec.toJson());
  }

  static LocalNode read(JsonNode node) {
    return new LocalNode(
        node.path("number").asInt(),
        new ProcessId(node.path("pid").asLong(), node.path("start").asText()),
        RayJson.text(node, "node_id"),
        NodeSpec.read(node.path("spec")));
  }
}
