// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the dashboard knows of nodes, actors, tasks and demand; it only reads. */
final class StateApi {
  /**
   * The actor that starts a job's driver and watches it.
   *
   * @param wants the resources without which it does not start
   */
  record Supervisor(
      String state, Optional<String> nodeId, Map<String, Double> wants, Optional<String> death) {}

  /**
   * What waits for resources.
   *
   * @param wants of each one
   * @param count how many wait for the same
   */
  record Demand(Map<String, Double> wants, int count) {}

  private static final String SUPERVISOR = "_ray_internal_job_actor_";

  private final RayJson json;
  private final Duration timeout;

  StateApi(RayJson json, Duration timeout) {
    this.json = json;
    this.timeout = timeout;
  }

  /** Either {@code disabled} or {@code token}; open to everybody. */
  Optional<String> authenticationMode() throws InterruptedException {
    Ask ask = Ask.get("/api/authentication_mode", timeout);
    return RayJson.text(json.object(ask), "authentication_mode");
  }

  List<RayNode> nodes() throws InterruptedException {
    Ask ask = Ask.get("/api/v0/nodes", timeout).with("detail", 1).with("limit", 1000);
    return json.rows(ask).stream().map(RayNode::of).toList();
  }

  Optional<Supervisor> supervisorOf(Job job) throws InterruptedException {
    Ask ask = Ask.get("/api/v0/actors", timeout).with("detail", 1).with("limit", 10);
    for (JsonNode row : json.rows(ask.where("name", SUPERVISOR + job.id()))) {
      return Optional.of(
          new Supervisor(
              row.path("state").asText(),
              RayJson.text(row, "node_id"),
              RayJson.numbers(row.path("required_resources")),
              RayJson.text(
                  row.path("death_cause").path("actor_died_error_context"), "error_message")));
    }
    return Optional.empty();
  }

  /** How many tasks of a driver are in which state. */
  Map<String, Integer> taskCounts(String rayJobId) throws InterruptedException {
    Ask ask = Ask.get("/api/v0/tasks/summarize", timeout).where("job_id", rayJobId);
    JsonNode functions =
        json.object(ask)
            .path("data")
            .path("result")
            .path("result")
            .path("node_id_to_summary")
            .path("cluster")
            .path("summary");
    Map<String, Integer> counts = new TreeMap<>();
    functions.forEach(
        function ->
            RayJson.numbers(function.path("state_counts"))
                .forEach((state, count) -> counts.merge(state, count.intValue(), Integer::sum)));
    return counts;
  }

  /** What has been waiting for resources; seconds old. */
  List<Demand> demands() throws InterruptedException {
    List<Demand> demands = new ArrayList<>();
    for (JsonNode pair : load().path("resourceDemand")) {
      demands.add(new Demand(RayJson.numbers(pair.path(0)), pair.path(1).asInt(1)));
    }
    return demands;
  }

  /** How much of a resource is used, for those whose names Ray does not mangle here. */
  Map<String, Double> used() throws InterruptedException {
    JsonNode usage = load().path("usage");
    Map<String, Double> used = new TreeMap<>();
    for (String resource : List.of("CPU", "GPU", "memory")) {
      if (usage.path(resource).path(0).isNumber()) {
        used.put(resource, usage.path(resource).path(0).doubleValue());
      }
    }
    return used;
  }

  private JsonNode load() throws InterruptedException {
    return json.object(Ask.get("/api/cluster_status", timeout))
        .path("data")
        .path("clusterStatus")
        .path("loadMetricsReport");
  }
}
