// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster to be started.
 *
 * @param name what it is to be called; the back end chooses one if there is none
 * @param head its head
 * @param workers its workers, each as wanted
 * @param host the address that the dashboard listens on
 * @param headPort the port of its GCS; the back end chooses one if there is none
 * @param dashboardPort the port of its dashboard, likewise
 * @param labels of every node
 * @param timeout how long all of it may take
 */
public record ClusterRequest(
    Optional<String> name,
    NodeRequest head,
    List<NodeRequest> workers,
    String host,
    Optional<Integer> headPort,
    Optional<Integer> dashboardPort,
    Map<String, String> labels,
    Duration timeout) {

  /** Checks that all parts are there. */
  public ClusterRequest {
    requireNonNull(name, "name");
    requireNonNull(head, "head");
    workers = List.copyOf(workers);
    requireNonNull(host, "host");
    requireNonNull(headPort, "headPort");
    requireNonNull(dashboardPort, "dashboardPort");
    labels = Map.copyOf(labels);
    requireNonNull(timeout, "timeout");
  }

  /**
   * A node to be started.
   *
   * @param numCpus how many CPUs Ray may use on it
   * @param numGpus how many GPUs; none if left out
   * @param objectStoreBytes the size of its object store; the back end chooses if left out
   * @param resources its custom resources
   * @param nodeName what Ray calls it
   */
  public record NodeRequest(
      int numCpus,
      Optional<Double> numGpus,
      Optional<Long> objectStoreBytes,
      Map<String, Double> resources,
      Optional<String> nodeName) {
    /** Checks that all parts are there. */
    public NodeRequest {
      requireNonNull(numGpus, "numGpus");
      requireNonNull(objectStoreBytes, "objectStoreBytes");
      resources = Map.copyOf(resources);
      requireNonNull(nodeName, "nodeName");
    }

    /** A node with so many CPUs, and nothing else. */
    public static NodeRequest ofCpus(int numCpus) {
      return new NodeRequest(
          numCpus, Optional.empty(), Optional.empty(), Map.of(), Optional.empty());
    }
  }
}
