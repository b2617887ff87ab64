// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DiagnoseJobTest {
  private static final String ACTORS = "GET /api/v0/actors";
  private static final String TASKS = "GET /api/v0/tasks";
  private static final String WORKERS = "GET /api/v0/workers";
  private static final String OUT_OF_MEMORY =
      "1 worker(s) were killed due to the node running low on memory. Memory on the node (IP: 1)"
          + " was 2.70GB used / 23.54GB limit; Selected to kill: (Task: job ID=02000000, x)";

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @BeforeEach
  void nothingSpecial() {
    for (String table : List.of("actors", "tasks", "workers", "placement_groups")) {
      server.on("GET /api/v0/" + table, ScriptedDashboard.rows());
    }
    server
        .on("GET /api/cluster_status", "{\"data\":{\"clusterStatus\":{}}}")
        .on("GET /api/v0/logs/file", request -> Reply.bytes(new byte[0]));
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void whatCannotBeSeenIsNotTakenForHealthy() throws Exception {
    job("RUNNING", "");
    assertThat(diagnose()).containsEntry("kind", "healthy").doesNotContainKey("unseen");

    server.on(TASKS, request -> Reply.text(500, "boom"));

    Map<String, Object> answer = diagnose();
    assertThat(answer).containsEntry("kind", "unknown");
    assertThat(answer.get("unseen").toString()).contains("failed tasks: Ray failed");
  }

  @Test
  void aTableOfWhichRayShowsOnlyAPartIsNotTakenForAll() throws Exception {
    job("RUNNING", "");
    server.on(
        TASKS,
        "{\"result\":true,\"data\":{\"result\":{\"total\":20000,\"num_after_truncation\":10000,"
            + "\"num_filtered\":0,\"result\":[]}}}");

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "unknown");
    assertThat(answer.get("unseen").toString())
        .contains("failed tasks: Ray itself dropped 10000 of 20000 rows");
  }

  @Test
  void aCrashIsNotTakenForWantOfMemoryThoughRaysAdviceNamesIt() throws Exception {
    job("FAILED", "ray.exceptions.WorkerCrashedError: The worker died unexpectedly");
    failedTask("WORKER_DIED", "RpcError: Socket closed");
    exit(
        "SYSTEM_ERROR",
        "End of file. Some common causes include: (1) the process was killed by the OOM killer");

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "failed_worker_crashed");
    assertThat(answer.get("evidence").toString())
        .contains("task f failed: WORKER_DIED: RpcError: Socket closed")
        .contains("worker process 77 ended with SYSTEM_ERROR: End of file.");
  }

  @Test
  void aProcessKilledForMemoryIsFoundBehindAnErrorThatDoesNotSaySo() throws Exception {
    job("FAILED", "ray.exceptions.WorkerCrashedError: The worker died unexpectedly");
    exit("NODE_OUT_OF_MEMORY", OUT_OF_MEMORY);

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "failed_oom");
    assertThat(answer.get("verdict").toString()).contains("2.70GB used / 23.54GB limit");
    assertThat(answer.get("next_step").toString()).contains("memory");
  }

  @Test
  void wantOfMemoryElsewhereIsNotBlamedForAnErrorInTheCode() throws Exception {
    job("FAILED", "Traceback (most recent call last):\\n  File \\\"a\\\"\\nKeyError: 'x'");
    exit("NODE_OUT_OF_MEMORY", OUT_OF_MEMORY.replace("02000000", "03000000"));

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "failed_exception");
    assertThat(answer.get("verdict")).isEqualTo("Its code raised KeyError: 'x'");
    assertThat(answer.get("evidence").toString()).doesNotContain("memory");
  }

  @Test
  void aNodeThatIsLostIsTheCauseOfWhatRanThere() throws Exception {
    job("FAILED", "Job supervisor actor died");
    server.on(
        "GET /api/v0/nodes",
        ScriptedDashboard.rows(
            "{\"node_id\":\"aaaa0000\",\"state\":\"DEAD\",\"state_message\":\"missing heartbeats\"}",
            "{\"node_id\":\"bbbb0000\",\"state\":\"ALIVE\",\"is_head_node\":true}"));

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "failed_node_lost");
    assertThat(answer.get("evidence").toString()).contains("aaaa0000", "missing heartbeats");
  }

  @Test
  void whatNeverStartedIsExplainedByWhatItNeeded() throws Exception {
    server.on(
        "GET /api/jobs/a",
        ScriptedDashboard.jobJson("a", "FAILED", 1)
            .replace(
                "\"end_time\"", "\"error_type\":\"JOB_SUPERVISOR_ACTOR_START_TIMEOUT\",\"x\""));
    server.on(
        ACTORS,
        ScriptedDashboard.rows("{\"state\":\"DEAD\",\"required_resources\":{\"GPU\":8.0}}"));

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "failed_start");
    assertThat(answer.get("verdict").toString()).contains("It never started: No node has GPU 8");
  }

  @Test
  void whatWasLeftWhenAJobWasStoppedIsNotBlamed() throws Exception {
    job("STOPPED", "Job was intentionally stopped.");
    failedTask("WORKER_DIED", "its job has finished");

    assertThat(diagnose()).containsEntry("kind", "stopped");
  }

  @Test
  void aTaskThatRunsForVeryLongIsNamed() throws Exception {
    job("RUNNING", "");
    server.on(
        TASKS,
        request ->
            request.query().contains("RUNNING")
                ? Reply.json(
                    ScriptedDashboard.rows(
                        "{\"task_id\":\"t1\",\"name\":\"slow\",\"state\":\"RUNNING\","
                            + "\"events\":[{\"state\":\"RUNNING\",\"created_ms\":1000.0}]}"))
                : Reply.json(ScriptedDashboard.rows()));

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "long_task");
    assertThat(answer.get("next_step").toString()).contains("dump_ray_stacks with task_id t1");
  }

  @Test
  void aPendingJobWhoseNodeHasRoomSetsUpItsEnvironment() throws Exception {
    server.on(
        "GET /api/jobs/a",
        ScriptedDashboard.jobJson("a", "PENDING", 1)
            .replace("\"runtime_env\":{}", "\"runtime_env\":{\"pip\":[\"torch\"]}"));
    assertThat(diagnose()).containsEntry("kind", "pending_unknown");

    server.on(ACTORS, ScriptedDashboard.rows("{\"state\":\"PENDING_CREATION\"}"));
    assertThat(diagnose()).containsEntry("kind", "pending_runtime_env");

    server.on(ACTORS, ScriptedDashboard.rows("{\"state\":\"ALIVE\"}"));
    assertThat(diagnose()).containsEntry("kind", "starting");
  }

  @Test
  void ofAPendingJobItIsNotSaidThatThereIsRoomWhenThatIsUnknown() throws Exception {
    job("PENDING", "");
    server
        .on(
            ACTORS,
            ScriptedDashboard.rows(
                "{\"state\":\"PENDING_CREATION\",\"required_resources\":{\"CPU\":1.0}}"))
        .on("GET /api/cluster_status", request -> Reply.text(500, "boom"));

    Map<String, Object> answer = diagnose();

    assertThat(answer).containsEntry("kind", "unknown");
    assertThat(answer.get("unseen").toString()).contains("load: ");
  }

  @Test
  void aStateThatALaterRayAddsIsNotGuessedAt() throws Exception {
    job("SUSPENDED", "");

    assertThat(diagnose()).containsEntry("kind", "unknown").containsEntry("status", "suspended");
  }

  @Test
  void secretsOfTheJobAreKeptOut() throws Exception {
    job("FAILED", "ValueError: hunter2-hunter2 is no key");
    failedTask("TASK_EXECUTION_EXCEPTION", "KeyError: hunter2-hunter2");

    assertThat(diagnose().toString()).contains("ValueError: ***").doesNotContain("hunter2");
  }

  private void job(String status, String message) {
    server.on(
        "GET /api/jobs/a",
        """
        {"type":"SUBMISSION","job_id":"02000000","submission_id":"a","status":"%s","message":"%s",
         "entrypoint":"x","driver_node_id":"aaaa0000","driver_exit_code":1,"start_time":1000,
         "runtime_env":{"env_vars":{"API_KEY":"hunter2-hunter2"}}}
        """
            .formatted(status, message));
  }

  private void failedTask(String type, String message) {
    String task =
        "{\"task_id\":\"t1\",\"name\":\"f\",\"state\":\"FAILED\",\"worker_id\":\"w1\","
            + "\"error_type\":\"%s\",\"error_message\":\"%s\"}";
    server.on(
        TASKS,
        request ->
            Reply.json(
                request.query().contains("FAILED")
                    ? ScriptedDashboard.rows(task.formatted(type, message))
                    : ScriptedDashboard.rows()));
  }

  private void exit(String type, String detail) {
    server.on(
        WORKERS,
        ScriptedDashboard.rows(
            ("{\"worker_id\":\"w1\",\"is_alive\":false,\"worker_type\":\"WORKER\",\"pid\":77,"
                    + "\"exit_type\":\"%s\",\"exit_detail\":\"%s\"}")
                .formatted(type, detail)));
  }

  private Map<String, Object> diagnose() throws Exception {
    return tools.answer("diagnose_ray_job", Map.of("job_id", "a"));
  }
}
