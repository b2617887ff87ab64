// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.DECLINED;
import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_ALLOWED;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ToolResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tools for clusters as a whole, over a dashboard that says what it is told to. */
class ClusterToolsTest {
  private static final String IDLE = "{\"driver\":{\"is_active\":\"INACTIVE\",\"reason\":null}}";

  private final ScriptedDashboard server =
      new ScriptedDashboard()
          .on("GET /api/jobs/", "[]")
          .on("GET /api/component_activities", IDLE)
          .on(
              "GET /api/cluster_status",
              """
              {"data":{"clusterStatus":{"loadMetricsReport":{
                "usage":{"CPU":[0.5,2.0],"memory":[1e9,24e9],"node:InternalHead":[0,1]},
                "resourceDemand":[[{"CPU":1.0,"GPU":1.0},2]]}}}}
              """);

  @AfterEach
  void close() {
    server.close();
  }

  private OpenTools over(FakeBackend backend) {
    return OpenTools.over(backend.with("box", server.url()));
  }

  @Test
  void aClusterIsConnectedToUsedAndForgotten() throws Exception {
    try (OpenTools tools = OpenTools.with(Map.of())) {
      Map<String, Object> answer =
          tools.answer(
              "init_ray_cluster", Map.of("address", server.url(), "cluster_name", "theirs"));
      assertThat(answer).containsEntry("started", false).containsEntry("dashboard", server.url());
      assertThat(answer.get("summary")).isEqualTo("Connected to theirs: Ray 2.60.0, 1 node alive.");

      assertThat(tools.answer("list_ray_jobs", Map.of("cluster_name", "theirs")).get("summary"))
          .isEqualTo("No jobs.");
      assertThat(tools.answer("list_ray_clusters", Map.of()).get("summary"))
          .isEqualTo("theirs (remote) is connected.");

      Map<String, Object> end = tools.answer("stop_ray_cluster", Map.of());
      assertThat(end.get("summary")).isEqualTo("Disconnected from theirs, which keeps running.");
      assertThat(end).containsEntry("all_gone", false);
      tools.failure(UNAVAILABLE, "list_ray_jobs", Map.of());
      assertThat(tools.answer("list_ray_clusters", Map.of()).get("summary").toString())
          .startsWith("No Ray cluster is known. Start one with init_ray_cluster");
    }
  }

  @Test
  void connectingAgainIsTheSameAndAnotherOfThatNameIsAConflict() throws Exception {
    try (OpenTools tools = OpenTools.with(Map.of());
        ScriptedDashboard other = new ScriptedDashboard()) {
      Map<String, String> one = Map.of("address", server.url(), "cluster_name", "a");
      tools.answer("init_ray_cluster", one);
      tools.answer("init_ray_cluster", one);
      tools.failure(
          CONFLICT, "init_ray_cluster", Map.of("address", other.url(), "cluster_name", "a"));

      tools.answer("init_ray_cluster", Map.of("address", other.url()));
      ToolResult.Failure both = tools.failure(INVALID_ARGUMENT, "list_ray_jobs", Map.of());
      assertThat(both.hint()).contains("\"a\" (remote)", "\"" + other.url() + "\" (remote)");
      tools.failure(NOT_FOUND, "list_ray_jobs", Map.of("cluster_name", "b"));
      tools.failure(UNSUPPORTED, "list_ray_jobs", Map.of("job_type", "k8s"));
    }
  }

  @Test
  void whatIsNoDashboardLeavesNothing() throws Exception {
    try (OpenTools tools = OpenTools.with(Map.of());
        FaultyServer dead = new FaultyServer((socket, request) -> FaultyServer.reset(socket))) {
      tools.failure(UNAVAILABLE, "init_ray_cluster", Map.of("address", dead.url()));
      tools.failure(NOT_ALLOWED, "init_ray_cluster", Map.of("address", "http://169.254.169.254"));
      tools.failure(NOT_ALLOWED, "init_ray_cluster", Map.of("address", "10.0.0.1:8265"));
      tools.failure(INVALID_ARGUMENT, "init_ray_cluster", Map.of("address", "192.168..1:8265"));
      tools.failure(INVALID_ARGUMENT, "init_ray_cluster", Map.of("address", "http://u:p@ray"));
      assertThat(
              tools
                  .failure(INVALID_ARGUMENT, "init_ray_cluster", Map.of("address", "ray://h:10001"))
                  .hint())
          .contains("8265");
      assertThat(
              tools
                  .failure(
                      INVALID_ARGUMENT,
                      "init_ray_cluster",
                      Map.of("address", server.url(), "num_cpus", 2, "worker_nodes", List.of()))
                  .message())
          .contains("num_cpus, worker_nodes");
      assertThat(tools.answer("list_ray_clusters", Map.of())).containsEntry("clusters", List.of());
    }
  }

  @Test
  void whatAPersonConfiguredIsNotForgotten() throws Exception {
    try (OpenTools tools = OpenTools.at(server.url())) {
      tools.failure(UNSUPPORTED, "stop_ray_cluster", Map.of());
      assertThat(tools.answer("list_ray_jobs", Map.of()).get("summary")).isEqualTo("No jobs.");
    }
  }

  @Test
  void aClusterThatIsInUseIsStoppedAfterAsking() throws Exception {
    server.on(
        "GET /api/jobs/",
        "[" + ScriptedDashboard.jobJson("train", "RUNNING", 1_795_265_395_000L) + "]");
    FakeBackend backend = new FakeBackend(RayKind.LOCAL);
    try (OpenTools tools = over(backend).declining()) {
      tools.failure(DECLINED, "stop_ray_cluster", Map.of());
      assertThat(backend.done).isEmpty();
      assertThat(tools.questions()).singleElement().asString().contains("job train is running");

      Map<String, Object> end = tools.answer("stop_ray_cluster", Map.of("force", true));
      assertThat(tools.questions()).hasSize(1);
      assertThat(backend.done).containsExactly("stop box");
      assertThat(end.get("interrupted").toString()).contains("job train");
      assertThat(end.get("summary")).isEqualTo("Stopped box. Nothing of it is left (1 part).");
    }
  }

  @Test
  void anIdleClusterIsStoppedWithoutAskingAndAnUnseenOneIsNot() throws Exception {
    FakeBackend backend = new FakeBackend(RayKind.LOCAL);
    try (OpenTools tools = over(backend).declining()) {
      server.on(
          "GET /api/component_activities",
          "{\"driver\":{\"is_active\":\"ACTIVE\",\"reason\":\"Number of active drivers: 1\"}}");
      tools.failure(DECLINED, "stop_ray_cluster", Map.of());
      server.on("GET /api/component_activities", ask -> ScriptedDashboard.Reply.text(500, "no"));
      tools.failure(DECLINED, "stop_ray_cluster", Map.of());
      assertThat(tools.questions().get(0)).contains("Number of active drivers: 1");
      assertThat(tools.questions().get(1)).contains("cannot be seen");
      assertThat(backend.done).isEmpty();

      server.on("GET /api/component_activities", IDLE);
      tools.answer("stop_ray_cluster", Map.of());
      assertThat(backend.done).containsExactly("stop box");
      assertThat(tools.questions()).hasSize(2);
    }
  }

  @Test
  void whatIsLeftIsNotCalledStopped() throws Exception {
    FakeBackend backend = new FakeBackend(RayKind.LOCAL);
    backend.end =
        new ClusterEnd(
            false,
            List.of(
                new ClusterEnd.Part("head (pid 1)", ClusterEnd.How.KILLED, ""),
                new ClusterEnd.Part("worker 1 (pid 2)", ClusterEnd.How.LEFT, "not permitted")));
    try (OpenTools tools = over(backend)) {
      Map<String, Object> end = tools.answer("stop_ray_cluster", Map.of());

      assertThat(end.get("summary")).isEqualTo("box is NOT gone: 1 of 2 parts left.");
      assertThat(end.get("parts").toString()).contains("how=killed", "how=left", "not permitted");
    }
  }

  @Test
  void aClusterIsSeenAsAWhole() throws Exception {
    try (OpenTools tools = over(new FakeBackend(RayKind.LOCAL))) {
      Map<String, Object> seen = tools.answer("inspect_ray_cluster", Map.of());

      assertThat(seen.get("summary").toString())
          .startsWith("box: 1 node alive, CPU 0.50 of 2, memory 1.0 of 24.0 GB, 2 waiting")
          .contains("No node has GPU 1, and the most that one node has is 0.");
      assertThat(seen.get("pending_demand").toString()).contains("2 x CPU 1, GPU 1");
      assertThat(seen.get("nodes").toString()).contains("aaaa0000", "alive");

      server.on("GET /api/cluster_status", ask -> ScriptedDashboard.Reply.text(500, "oh"));
      Map<String, Object> partly = tools.answer("inspect_ray_cluster", Map.of("detail", true));
      assertThat(partly.get("unseen").toString()).contains("usage and demand");
      assertThat(partly.get("summary").toString()).endsWith("Not all could be looked at.");
    }
  }

  @Test
  void aClusterIsScaledByWhoRunsIt() throws Exception {
    FakeBackend backend = new FakeBackend(RayKind.LOCAL);
    try (OpenTools tools = over(backend)) {
      assertThat(
              tools
                  .answer("scale_ray_cluster", Map.of("worker_replicas", 3, "dry_run", true))
                  .get("summary"))
          .isEqualTo("box would go from 1 to 3 workers.");
      assertThat(
              tools
                  .answer(
                      "scale_ray_cluster",
                      Map.of("worker_replicas", 0, "drain_seconds", 5, "worker_group", "g"))
                  .get("after"))
          .isEqualTo(0);
      assertThat(backend.done.get(1)).contains("workers=0", "PT5S", "[g]");
    }
    try (OpenTools tools = OpenTools.at(server.url())) {
      tools.failure(UNSUPPORTED, "scale_ray_cluster", Map.of("worker_replicas", 1));
    }
  }

  @Test
  void aDashboardThatIsGoneIsListedAsUnreachable() throws Exception {
    try (OpenTools tools =
        over(new FakeBackend(RayKind.LOCAL).with("gone", "http://127.0.0.1:1"))) {
      Map<String, Object> listed = tools.answer("list_ray_clusters", Map.of());

      assertThat(listed.get("summary"))
          .isEqualTo("gone (local) is unreachable, box (local) is connected.");
      assertThat(listed.get("clusters").toString()).contains("cannot be reached");
      assertThat(tools.answer("list_ray_clusters", Map.of("cluster_type", "k8s")))
          .containsEntry("clusters", List.of());
    }
  }
}
