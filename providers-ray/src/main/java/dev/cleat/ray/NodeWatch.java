// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What Ray says of the nodes of one cluster while it is being changed.
 *
 * <p><b>Life cycle.</b> {@link #close} ends its connections.
 */
final class NodeWatch implements AutoCloseable {
  private final DashboardClient client;
  private final RayJson json;
  private final Duration timeout;

  NodeWatch(RayTarget target, Duration timeout) {
    client = new DashboardClient(target);
    json = new RayJson(client);
    this.timeout = timeout;
  }

  /** The nodes that are alive. */
  List<RayNode> alive() throws InterruptedException {
    Ask ask = Ask.get("/api/v0/nodes", timeout).with("detail", 1).with("limit", 1000);
    return json.rows(ask.where("state", "ALIVE")).stream()
        .map(RayNode::of)
        .filter(RayNode::alive)
        .toList();
  }

  /** Whether a node runs nothing: nothing uses its resources and no actor lives on it. */
  boolean idle(String nodeId) throws InterruptedException {
    return !usesResources(nodeId) && actors(nodeId) == 0;
  }

  private int actors(String nodeId) throws InterruptedException {
    Ask ask = Ask.get("/api/v0/actors", timeout).with("limit", 1);
    return json.rows(ask.where("state", "ALIVE").where("node_id", nodeId)).size();
  }

  // Seconds old.
  private boolean usesResources(String nodeId) throws InterruptedException {
    JsonNode usage =
        json.object(Ask.get("/api/cluster_status", timeout))
            .path("data")
            .path("clusterStatus")
            .path("loadMetricsReport")
            .path("usageByNode")
            .path(nodeId);
    for (Map.Entry<String, JsonNode> resource : usage.properties()) {
      String name = resource.getKey().toLowerCase(Locale.ROOT);
      // The store holds what nobody uses any more, too; and node:… is no resource.
      if (!name.startsWith("objectstore")
          && !name.startsWith("node:")
          && resource.getValue().path(0).asDouble() > 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    client.close();
  }
}
