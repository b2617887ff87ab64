// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes, stacks, the autoscaler and Serve against a scripted dashboard. */
class LookIntoNodesTest {
  private static final String NODE = "ab".repeat(28);
  private static final String OTHER = "cd".repeat(28);
  private static final String TRACEBACK = "GET /worker/traceback";

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @BeforeEach
  void oneNode() {
    server
        .on("GET /api/v0/nodes", ScriptedDashboard.rows(node(NODE, "ALIVE")))
        .on("GET /api/v0/workers", ScriptedDashboard.rows())
        .on("GET /api/profiling_enabled", "{\"data\":{\"profilingEnabled\":true}}");
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void aNodeIsMeasuredNowAndItsGpusAndFullPartsAreTold() throws Exception {
    server.on(
        "GET /nodes/" + NODE,
        """
        {"data":{"detail":{"cpu":12.5,"loadAvg":[[1.234,2,3],[1,1,1]],"mem":[1000,50,95.0,950],
         "disk":{"/":{"total":100,"used":97,"free":3,"percent":97.0}},
         "gpus":[{"index":0,"name":"H200","utilizationGpu":80,"memoryUsed":100,"memoryTotal":143771}],
         "raylet":{"objectStoreUsedMemory":90,"objectStoreAvailableMemory":10},
         "workers":[{"pid":5,"cmdline":["ray::IDLE","",""],"memoryInfo":{"rss":10},"jobId":"ffffffff"},
          {"pid":6,"cmdline":["python","train.py","--key","hunter2"],"memoryInfo":{"rss":99},
           "cpuPercent":1.5,"jobId":"02000000"}]}}}
        """);

    Map<String, Object> answer = tools.answer("inspect_ray_node", Map.of());

    assertThat(server.asked("GET /nodes/" + NODE).get(0).query()).contains("nocache=1");
    assertThat(answer.get("problems").toString())
        .contains("memory is 95 % full", "object store is 90 % full", "disk of / is 97 % full");
    assertThat(answer.get("gpus").toString()).contains("H200", "utilization_percent=80.0");
    assertThat(answer.get("processes").toString())
        .startsWith("[{pid=6, what=python train.py,")
        .contains("ray::IDLE")
        .doesNotContain("hunter2", "ffffffff");
  }

  @Test
  void aNodeThatTellsNothingIsNotTakenForWell() throws Exception {
    server.on("GET /nodes/" + NODE, "{\"data\":{\"detail\":{\"workers\":[]}}}");

    Map<String, Object> answer = tools.answer("inspect_ray_node", Map.of());

    assertThat(answer.get("unseen").toString()).contains("the node's agent has told none");
    assertThat(answer).doesNotContainKey("memory_total_bytes");
  }

  @Test
  void ofSeveralNodesOneHasToBeNamed() throws Exception {
    server.on(
        "GET /api/v0/nodes", ScriptedDashboard.rows(node(NODE, "ALIVE"), node(OTHER, "ALIVE")));

    assertThat(tools.failure(INVALID_ARGUMENT, "inspect_ray_node", Map.of()).hint())
        .contains(NODE, OTHER);
    assertThat(tools.failure(INVALID_ARGUMENT, "dump_ray_stacks", Map.of("pid", 1)).hint())
        .contains("node_id");
    String nobody = "0".repeat(56);
    tools.failure(NOT_FOUND, "inspect_ray_node", Map.of("node_id", nobody));
  }

  @Test
  void stacksAreAskedOfExactlyOneThing() throws Exception {
    tools.failure(INVALID_ARGUMENT, "dump_ray_stacks", Map.of());
    tools.failure(INVALID_ARGUMENT, "dump_ray_stacks", Map.of("pid", 1, "job_id", "a"));

    assertThat(server.asked(TRACEBACK)).isEmpty();
  }

  @Test
  void whereStacksAreNotAllowedTheWayToAllowThemIsTold() throws Exception {
    server.on("GET /api/profiling_enabled", "{\"data\":{\"profilingEnabled\":false}}");
    assertThat(stackFailure()).contains("RAY_DASHBOARD_ENABLE_PROFILING=1");

    server
        .on("GET /api/profiling_enabled", request -> Reply.text(404, "404: Not Found"))
        .on(TRACEBACK, request -> Reply.text(403, "profiling is disabled"));
    assertThat(stackFailure()).contains("RAY_DASHBOARD_ENABLE_PROFILING=1");

    server.on(TRACEBACK, request -> Reply.text(500, "Failed to execute: py-spy is not installed"));
    assertThat(stackFailure()).contains("pip install py-spy");

    server.on(TRACEBACK, request -> Reply.text(500, "Error: Permission denied (os error 13)"));
    assertThat(stackFailure()).contains("SYS_PTRACE");
  }

  @Test
  void aStackIsBoundedAndWithoutTerminalControl() throws Exception {
    server.on(
        TRACEBACK,
        request ->
            Reply.text(
                200,
                "Thread 1 (idle): \"MainThread\"\n    \u001b[31mdeep (a.py:1)\u001b[0m\n"
                    + "    frame (a.py:2)\n".repeat(5000)));

    Map<String, Object> answer = tools.answer("dump_ray_stacks", Map.of("pid", 7, "native", true));

    assertThat(server.asked(TRACEBACK).get(0).query())
        .contains("pid=7", "native=1", "node_id=" + NODE);
    assertThat(answer).containsEntry("summary", "process 7 is in deep (a.py:1).");
    String stack = rows(answer, "stacks").get(0).get("stack").toString();
    assertThat(stack)
        .hasSizeLessThan(StateBounds.STACK_CHARS + 100)
        .contains("cut: there are more");
    assertThat(stack).doesNotContain("\u001b");
  }

  @Test
  void oneProcessThatCannotBeLookedIntoDoesNotHideTheOthers() throws Exception {
    String actor =
        "{\"actor_id\":\"%d\",\"class_name\":\"K%d\",\"state\":\"ALIVE\",\"pid\":%d,\"node_id\":\""
            + NODE
            + "\"}";
    String[] actors = new String[9];
    for (int i = 0; i < actors.length; i++) {
      actors[i] = actor.formatted(i, i, 100 + i);
    }
    server
        .on("GET /api/v0/tasks", ScriptedDashboard.rows())
        .on("GET /api/v0/actors", ScriptedDashboard.rows(actors))
        .on(
            TRACEBACK,
            request ->
                request.query().contains("pid=101")
                    ? Reply.text(500, "Error: Check that the process is running.")
                    : Reply.text(200, "Thread\n"));

    Map<String, Object> answer = tools.answer("dump_ray_stacks", Map.of("job_id", "02000000"));

    assertThat(rows(answer, "stacks")).hasSize(StateBounds.STACKS);
    assertThat(rows(answer, "stacks").get(1)).containsKey("failure").doesNotContainKey("stack");
    assertThat(answer).containsEntry("truncated", true);
    assertThat(answer.get("summary").toString())
        .contains("actor K1 could not be looked into", "4 more processes left out");
  }

  @Test
  void theAutoscalersNodesAreToldWithoutRaysInternalResources() throws Exception {
    server.on(
        "GET /api/cluster_status",
        """
        {"data":{"clusterStatus":{
         "autoscalerReport":{"activeNodes":{"head":1,"cpu":2},"idleNodes":null,
          "pendingNodes":[["10.0.0.9","gpu","setting-up"]],"pendingLaunches":{"gpu":3},
          "failedNodes":[["10.0.0.8","gpu"]]},
         "loadMetricsReport":{"usage":{"CPU":[1.0,2.0],"CPUGroup0528":[0,1],"node:InternalHead":[0,1],
           "objectStoreMemory":[5,100]},
          "resourceDemand":[[{"CPU":1.0},4],[{"GPU":8.0},1]],"pgDemand":[]}}}}
        """);

    Map<String, Object> answer = tools.answer("ray_autoscaler_status", Map.of());

    assertThat(answer.get("summary"))
        .isEqualTo(
            "3 nodes active, 4 being started, 1 failed; CPU 1 of 2 used. 5 wait for resources, 1 of"
                + " them for what no node has: GPU 8.");
    assertThat(answer.get("usage").toString())
        .contains("CPU", "object_store_memory")
        .doesNotContain("Group", "node:");
    assertThat(answer.get("nodes_pending").toString()).isEqualTo("{gpu=4}");
    assertThat(rows(answer, "demand").get(0)).containsKey("infeasible");
  }

  @Test
  void ofServeWhatIsNotWellComesFirst() throws Exception {
    server.on(
        "GET /api/serve/applications/",
        """
        {"applications":{
         "fine":{"status":"RUNNING","route_prefix":"/","deployments":{"d":{"status":"HEALTHY"}}},
         "sick":{"status":"DEPLOY_FAILED","message":"Failed to update the deployments.","deployments":{
          "good":{"status":"HEALTHY"},
          "bad":{"status":"UNHEALTHY","target_num_replicas":2,
           "message":"Traceback:\\n  File \\"a\\"\\nRuntimeError: no model",
           "replicas":[{"state":"RUNNING"},{"state":"HIBERNATING"}]}}}}}
        """);

    Map<String, Object> answer = tools.answer("list_ray_serve_applications", Map.of());

    assertThat(answer.get("summary"))
        .isEqualTo("2 applications, 1 not well: sick is DEPLOY_FAILED, RuntimeError: no model.");
    assertThat(rows(answer, "applications").get(0).get("deployments").toString())
        .startsWith("[{name=bad, status=UNHEALTHY, message=RuntimeError: no model")
        .contains("HIBERNATING=1");
  }

  @Test
  void serveThatIsNotInstalledIsUnsupported() throws Exception {
    server.on(
        "GET /api/serve/applications/",
        request -> Reply.text(501, "Serve dependencies are not installed."));

    assertThat(tools.failure(UNSUPPORTED, "list_ray_serve_applications", Map.of()).hint())
        .contains("ray[serve]");
  }

  private String stackFailure() throws Exception {
    return tools.failure(UNSUPPORTED, "dump_ray_stacks", Map.of("pid", 7)).hint();
  }

  private static String node(String id, String state) {
    return "{\"node_id\":\""
        + id
        + "\",\"state\":\""
        + state
        + "\",\"resources_total\":{\"CPU\":2}}";
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> rows(Map<String, Object> answer, String field) {
    return (List<Map<String, Object>>) answer.get(field);
  }
}
