// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node as it is started here, and written down so that another like it can be.
 *
 * @param numCpus how many CPUs Ray may use
 * @param numGpus how many GPUs; always said, because Ray would look for them itself
 * @param objectStoreBytes the size of its object store
 * @param resources its custom resources
 * @param nodeName what it is called, if its asker said so
 */
record NodeSpec(
    int numCpus,
    int numGpus,
    long objectStoreBytes,
    Map<String, Double> resources,
    Optional<String> nodeName) {
  /**
   * 256 MiB: Ray itself would take 30 % of the machine's memory for each node, so the fourth one
   * had none left; and takes none under 75 MiB. What does not fit is spilled to disk.
   */
  static final long DEFAULT_OBJECT_STORE_BYTES = 256L << 20;

  // Ray's own, from ray_constants.py.
  private static final long LEAST_OBJECT_STORE_BYTES = 75L << 20;
  private static final List<String> OWN_NAMES =
      List.of("CPU", "GPU", "memory", "object_store_memory");

  NodeSpec {
    resources = Map.copyOf(resources);
  }

  /** One CPU and nothing else. */
  static NodeSpec least() {
    return new NodeSpec(1, 0, DEFAULT_OBJECT_STORE_BYTES, Map.of(), Optional.empty());
  }

  /**
   * As asked for.
   *
   * @throws ToolFailure when Ray would refuse it
   */
  static NodeSpec of(ClusterRequest.NodeRequest wanted) {
    if (wanted.numCpus() < 0) {
      throw ToolFailure.invalidArgument(
          "num_cpus is " + wanted.numCpus() + ".", "It is 0 or more.");
    }
    long bytes = wanted.objectStoreBytes().orElse(DEFAULT_OBJECT_STORE_BYTES);
    if (bytes < LEAST_OBJECT_STORE_BYTES) {
      throw ToolFailure.invalidArgument(
          "object_store_memory is " + bytes + " bytes.",
          "Ray takes no less than " + LEAST_OBJECT_STORE_BYTES + ".");
    }
    wanted.resources().forEach(NodeSpec::check);
    wanted.nodeName().ifPresent(NodeSpec::checkName);
    return new NodeSpec(
        wanted.numCpus(),
        gpus(wanted.numGpus().orElse(0.0)),
        bytes,
        wanted.resources(),
        wanted.nodeName());
  }

  private static int gpus(double wanted) {
    if (!(wanted >= 0) || wanted != Math.rint(wanted) || wanted > 1000) {
      throw ToolFailure.invalidArgument(
          "num_gpus is " + wanted + ".", "A node has a whole number of GPUs, from 0 to 1000.");
    }
    return (int) wanted;
  }

  private static void check(String name, double value) {
    if (OWN_NAMES.contains(name) || name.isBlank()) {
      throw ToolFailure.invalidArgument(
          "\"" + Text.shown(name) + "\" cannot be a custom resource.",
          "Use num_cpus, num_gpus and object_store_memory for what Ray knows itself.");
    }
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw ToolFailure.invalidArgument(
          "The resource \"" + Text.shown(name) + "\" is " + value + ".", "It is 0 or more.");
    }
  }

  private static void checkName(String name) {
    if (name.isBlank() || name.length() > 100 || name.chars().anyMatch(Character::isISOControl)) {
      throw ToolFailure.invalidArgument(
          "\"" + Text.shown(name) + "\" cannot be the name of a node.",
          "It has 1 to 100 characters, and no control characters.");
    }
  }

  /** The same with a name of ours. */
  NodeSpec unnamed() {
    return new NodeSpec(numCpus, numGpus, objectStoreBytes, resources, Optional.empty());
  }

  Map<String, Object> toJson() {
    return Map.of(
        "num_cpus",
        numCpus,
        "num_gpus",
        numGpus,
        "object_store_bytes",
        objectStoreBytes,
        "resources",
        resources,
        "node_name",
        nodeName.orElse(""));
  }

  static NodeSpec read(JsonNode node) {
    return new NodeSpec(
        node.path("num_cpus").asInt(),
        node.path("num_gpus").asInt(),
        node.path("object_store_bytes").asLong(DEFAULT_OBJECT_STORE_BYTES),
        RayJson.numbers(node.path("resources")),
        RayJson.text(node, "node_name"));
  }
}
