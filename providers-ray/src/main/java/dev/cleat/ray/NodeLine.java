// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A node in a list of nodes. */
record NodeLine(
    String nodeId,
    boolean head,
    @Doc("alive or dead.") String state,
    @Doc("Why it is in that state, as Ray tells it.") Optional<String> reason,
    @Doc("What it has in all.") Map<String, Double> resources) {
  static final String ALIVE = "alive";

  static NodeLine of(RayNode node) {
    Map<String, Double> resources = new TreeMap<>(node.resources());
    // What Ray adds to address a node, or a group, by a resource of its name.
    resources.keySet().removeIf(name -> name.startsWith("node:"));
    return new NodeLine(
        node.id(),
        node.head(),
        state(node),
        node.stateMessage()
            .filter(message -> !message.isBlank())
            .map(message -> Wording.oneLine(message, Bounds.QUOTED_CHARS)),
        resources);
  }

  static String state(RayNode node) {
    return node.alive() ? ALIVE : "dead";
  }
}
