// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
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
   * @param labels of the node that it has to run on
   */
  record Supervisor(
      String state,
      Optional<String> nodeId,
      Map<String, Double> wants,
      Map<String, String> labels,
      Optional<String> death) {
    Need need() {
      return new Need(wants, labels);
    }
  }

  /**
   * What waits for resources.
   *
   * @param wants of each one
   * @param count how many wait for the same
   */
  record Demand(Map<String, Double> wants, int count) {
    /** Such as {@code 2 x CPU 1, GPU 1}. */
    String text() {
      return count + " x " + Diagnosis.wants(wants);
    }

    static List<String> texts(List<Demand> demands, int most) {
      return demands.stream().limit(most).map(Demand::text).toList();
    }
  }

  /** What the name of a job's supervisor begins with. */
  static final String SUPERVISOR = "_ray_internal_job_actor_";

  private final RayJson json;
  private final Duration timeout;
  private final StacksApi stacks;

  StateApi(RayJson json, Duration timeout) {
    this.json = json;
    this.timeout = timeout;
    stacks = new StacksApi(json, timeout);
  }

  /** Either {@code disabled} or {@code token}; open to everybody. */
  Optional<String> authenticationMode() throws InterruptedException {
    Ask ask = Ask.get("/api/authentication_mode", timeout);
    return RayJson.text(json.object(ask), "authentication_mode");
  }

  /** All nodes, those that are dead included. */
  List<RayNode> nodes() throws InterruptedException {
    Ask ask =
        Ask.get("/api/v0/nodes", timeout).with("detail", 1).with("limit", StateBounds.MOST_ROWS);
    return json.rows(ask).stream().map(RayNode::of).toList();
  }

  StateTable<RayActor> actors(StateQuery query) throws InterruptedException {
    return StateTable.of(json.object(query.ask("actors", timeout)), RayActor::of);
  }

  StateTable<RayTask> tasks(StateQuery query) throws InterruptedException {
    return StateTable.of(json.object(query.ask("tasks", timeout)), RayTask::of);
  }

  StateTable<RayGroup> groups(StateQuery query) throws InterruptedException {
    return StateTable.of(json.object(query.ask("placement_groups", timeout)), RayGroup::of);
  }

  StateTable<RayWorker> workers(StateQuery query) throws InterruptedException {
    return StateTable.of(json.object(query.ask("workers", timeout)), RayWorker::of);
  }

  /** How many tasks, actors or objects there are of what kind and in which state. */
  StateCounts counts(StateCounts.Of what, Optional<String> rayJobId) throws InterruptedException {
    Ask ask = Ask.get("/api/v0/" + what.table() + "/summarize", timeout);
    return StateCounts.of(json.object(rayJobId.map(id -> ask.where("job_id", id)).orElse(ask)));
  }

  /** What is used and what waits; seconds old. */
  Load load() throws InterruptedException {
    return Load.of(
        json.object(Ask.get("/api/cluster_status", timeout)).path("data").path("clusterStatus"));
  }

  /** One node with its processes, as it is now. */
  JsonNode nodeDetail(String nodeId) throws InterruptedException {
    // Without nocache the answer is that of the request before, however old.
    Ask ask = Ask.get("/nodes/" + Ask.encode(nodeId), timeout).with("nocache", 1);
    return json.object(ask).path("data").path("detail");
  }

  /** The applications of Ray Serve. */
  JsonNode serveApplications() throws InterruptedException {
    return json.object(Ask.get("/api/serve/applications/", timeout));
  }

  /** What processes are doing. */
  StacksApi stacks() {
    return stacks;
  }

  Optional<Supervisor> supervisorOf(Job job) throws InterruptedException {
    StateQuery query = StateQuery.first(10).where("name", SUPERVISOR + job.id());
    return actors(query).rows().stream()
        .findFirst()
        .map(
            actor ->
                new Supervisor(
                    actor.state(),
                    actor.nodeId(),
                    actor.need().resources(),
                    actor.need().labels(),
                    actor.death().map(RayActor.Death::text)));
  }

  /** How many tasks of a driver are in which state. */
  Map<String, Integer> taskCounts(String rayJobId) throws InterruptedException {
    return counts(StateCounts.Of.TASKS, Optional.of(rayJobId)).byState();
  }

  /** What has been waiting for resources; seconds old. */
  List<Demand> demands() throws InterruptedException {
    return load().demands();
  }

  /** How much of a resource is used, for those whose names Ray does not mangle here. */
  Map<String, Double> used() throws InterruptedException {
    Map<String, Double> used = new TreeMap<>();
    load()
        .usage()
        .forEach(
            (resource, amount) -> {
              if (!resource.equals("object_store_memory")) {
                used.put(resource, amount.used());
              }
            });
    return used;
  }
}
