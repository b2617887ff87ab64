// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.stream.Collectors.joining;

import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Those arguments of {@code init_ray_cluster} that say what is to be started. */
record StartQuery(
    @Doc("CPUs of the head; 1 when left out.") @Range(min = 1, max = 10_000)
        Optional<Integer> numCpus,
    @Doc("GPUs of the head; none when left out.") @Range(min = 0, max = 1000)
        Optional<Double> numGpus,
    @Doc("Bytes of the head's object store.") @Range(min = LEAST_OBJECT_STORE, max = 1e15)
        Optional<Long> objectStoreMemory,
    @Doc("The workers to start: [] for the head alone; two with 1 CPU each when left out.")
        @Range(max = 100)
        Optional<List<Worker>> workerNodes,
    @Doc("Port of the head's GCS; a free one when left out.") @Range(min = 1024, max = 65535)
        Optional<Integer> headNodePort,
    @Doc("Port of the dashboard; a free one when left out.") @Range(min = 1024, max = 65535)
        Optional<Integer> dashboardPort,
    @Doc("The address the dashboard listens on; 127.0.0.1 when left out, for this machine alone.")
        @Range(min = 1, max = 253)
        Optional<String> headNodeHost,
    @Doc("Labels of every node.") @Range(max = 64) Optional<Map<String, String>> labels) {

  /** What a raylet accepts at least; found by trying Ray 2.60. */
  static final int LEAST_OBJECT_STORE = 80_000_000;

  private static final int DEFAULT_WORKERS = 2;

  /** A worker to be started. */
  record Worker(
      @Range(min = 1, max = 10_000) int numCpus,
      @Range(min = 0, max = 1000) Optional<Double> numGpus,
      @Doc("Bytes of its object store.") @Range(min = LEAST_OBJECT_STORE, max = 1e15)
          Optional<Long> objectStoreMemory,
      @Doc("Its custom resources.") Optional<Map<String, Double>> resources,
      @Doc("What Ray calls the node.") @Range(min = 1, max = 63) Optional<String> nodeName) {

    ClusterRequest.NodeRequest request() {
      return new ClusterRequest.NodeRequest(
          numCpus, numGpus, objectStoreMemory, resources.orElse(Map.of()), nodeName);
    }
  }

  /**
   * Throws when any of them is given.
   *
   * @throws ToolFailure naming those
   */
  void requireNone() {
    Map<String, Optional<?>> all = new LinkedHashMap<>();
    all.put("num_cpus", numCpus);
    all.put("num_gpus", numGpus);
    all.put("object_store_memory", objectStoreMemory);
    all.put("worker_nodes", workerNodes);
    all.put("head_node_port", headNodePort);
    all.put("dashboard_port", dashboardPort);
    all.put("head_node_host", headNodeHost);
    all.put("labels", labels);
    all.values().removeIf(Optional::isEmpty);
    if (!all.isEmpty()) {
      throw ToolFailure.invalidArgument(
          "With address nothing is started, so "
              + all.keySet().stream().collect(joining(", "))
              + " cannot be given.",
          "Leave out address to start a cluster, or the others to connect to one.");
    }
  }

  ClusterRequest request(Optional<String> name, int timeoutSeconds) {
    String host = headNodeHost.orElse("127.0.0.1");
    try {
      DashboardAddress.parse("http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host));
    } catch (IllegalArgumentException e) {
      throw ToolFailure.invalidArgument(
          "head_node_host is not an address to listen on.", "Such as 127.0.0.1 or 0.0.0.0.");
    }
    return new ClusterRequest(
        name,
        new ClusterRequest.NodeRequest(
            numCpus.orElse(1), numGpus, objectStoreMemory, Map.of(), Optional.empty()),
        workerNodes
            .map(workers -> workers.stream().map(Worker::request).toList())
            .orElse(Collections.nCopies(DEFAULT_WORKERS, ClusterRequest.NodeRequest.ofCpus(1))),
        host,
        headNodePort,
        dashboardPort,
        labels.orElse(Map.of()),
        Duration.ofSeconds(timeoutSeconds));
  }
}
