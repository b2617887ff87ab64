// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static dev.cleat.FailureKind.WRONG_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The tools that look at a cluster's state against one real head, on which {@code work.py} has left
 * one of everything.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StateToolsIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration INSTALL = Duration.ofMinutes(2);

  private RealRay ray;
  private OpenTools tools;

  @BeforeAll
  void start() throws Exception {
    ray =
        RealRay.start(
            Map.of("RAY_DASHBOARD_ENABLE_PROFILING", "1", "RAY_JOB_START_TIMEOUT_SECONDS", "120"));
    tools = OpenTools.at(ray.dashboard());
    submit(
        "noenv",
        Map.of(
            "entrypoint",
            "echo never",
            "runtime_env",
            Map.of("pip", List.of("no-such-package-1"))));
    submit("work", Map.of("entrypoint", python("work.py") + " 300"));
    Eventually.see(
        INSTALL,
        () -> tools.answer("retrieve_logs", Map.of("identifier", "work", "filter", "WORK READY")),
        logs -> !((List<?>) logs.get("workload_output")).isEmpty());
  }

  @AfterAll
  void stop() throws Exception {
    if (tools != null) {
      tools.close();
    }
    if (ray != null) {
      ray.close();
    }
  }

  @Test
  void aRunningJobOfWhichPartsCanNeverStartIsFound() throws Exception {
    Map<String, Object> seen =
        diagnosed(
            "work",
            answer ->
                "stuck_infeasible".equals(answer.get("kind"))
                    && answer.get("evidence").toString().contains("needs_gpu"));

    assertThat(seen.get("evidence").toString())
        .contains("task needs_gpu needs CPU 1, GPU 1. No node has GPU 1, and the most")
        .contains("actor Keeper \"toobig\" needs CPU 64")
        .contains("placement group \"pg_gpu\"")
        .contains("task broken failed: ValueError: bad task");
    assertThat(seen.get("next_step").toString()).contains("Add a node");
    assertThat(seen).doesNotContainKey("unseen");
  }

  @Test
  void actorsAreListedWithWhatBecameOfThem() throws Exception {
    Map<String, Object> seen =
        seen(
            "list_ray_actors",
            Map.of("job_id", "work"),
            answer -> rows(answer, "actors").size() >= 3);

    Map<String, Object> doomed = row(seen, "actors", "class_name", "Doomed");
    assertThat(doomed).containsEntry("state", "DEAD").containsEntry("end_intended", false);
    assertThat(doomed.get("cause").toString()).contains("worker process has died");
    Map<String, Object> big = row(seen, "actors", "name", "toobig");
    assertThat(big.get("waits_for").toString()).contains("No node has CPU 64");
    assertThat(row(seen, "actors", "name", "keeper"))
        .containsEntry("state", "ALIVE")
        .containsKeys("pid", "node_id");
    assertThat(seen.toString()).doesNotContain("JobSupervisor");
    assertThat(tools.answer("list_ray_actors", Map.of("include_internal", true)).toString())
        .contains("JobSupervisor");
    assertThat(tools.answer("list_ray_actors", Map.of("limit", 1)))
        .containsEntry("truncated", true);
  }

  @Test
  void tasksAreListedWithWhatTheyFailedOfOrWaitFor() throws Exception {
    Map<String, Object> seen =
        seen(
            "list_ray_tasks",
            Map.of("job_id", "work"),
            answer -> answer.toString().contains("needs_gpu"));

    assertThat(row(seen, "tasks", "name", "broken"))
        .containsEntry("state", "FAILED")
        .containsEntry("error", "ValueError: bad task");
    assertThat(row(seen, "tasks", "name", "Doomed.exit").get("error").toString())
        .startsWith("ACTOR_DIED: The actor is dead");
    assertThat(row(seen, "tasks", "name", "needs_gpu").get("waits_for").toString())
        .contains("No node has GPU 1");
    assertThat(rows(seen, "tasks").get(0)).containsEntry("state", "FAILED");
    Map<String, Object> squares =
        tools.answer("list_ray_tasks", Map.of("name", "square", "state", "FINISHED", "limit", 3));
    assertThat(rows(squares, "tasks")).hasSize(3);
    assertThat(squares).containsEntry("truncated", true);
    assertThat(squares.get("summary").toString()).contains("3 of 8 shown");
  }

  @Test
  void placementGroupsAreListedWithWhyTheyWait() throws Exception {
    Map<String, Object> seen =
        seen(
            "list_ray_placement_groups",
            Map.of(),
            answer -> answer.toString().contains("INFEASIBLE"));

    Map<String, Object> gpu = rows(seen, "placement_groups").get(0);
    assertThat(gpu).containsEntry("name", "pg_gpu").containsEntry("state", "PENDING");
    assertThat(gpu.get("waits_for").toString()).contains("No node has GPU 1");
    assertThat(row(seen, "placement_groups", "name", "pg_ok").get("bundles").toString())
        .contains("CPU 0.10 on node");
  }

  @Test
  void theSummaryBeginsWithWhatIsWrong() throws Exception {
    Map<String, Object> seen =
        seen(
            "summarize_ray_state",
            Map.of(),
            answer ->
                answer.get("problems").toString().contains("waiting for CPU 1, GPU 1")
                    && answer.get("problems").toString().contains("pg_gpu"));

    assertThat(seen.get("problems").toString())
        .contains("waiting for CPU 64 can never start")
        .contains("1 actor of class Doomed died")
        .contains("1 of 1 task broken failed");
    assertThat(row(seen, "tasks", "name", "square").get("states").toString())
        .isEqualTo("{FINISHED=8}");
    assertThat(seen.get("actors").toString()).contains("Keeper").doesNotContain("JobSupervisor");
    assertThat(seen.get("objects").toString()).contains("MB");
    Map<String, Object> ofJob = tools.answer("summarize_ray_state", Map.of("job_id", "work"));
    assertThat(ofJob.get("tasks").toString()).contains("needs_gpu");
  }

  @Test
  void aNodeIsSeenWithItsMemoryAndItsProcesses() throws Exception {
    Map<String, Object> seen =
        seen(
            "inspect_ray_node",
            Map.of(),
            answer ->
                answer.get("processes").toString().contains("ray::hang")
                    && answer.get("failed_processes").toString().contains("SYSTEM_ERROR")
                    && (Long) answer.get("object_store_used_bytes") >= 5_000_000);

    assertThat((Long) seen.get("memory_used_bytes"))
        .isBetween(1L, (Long) seen.get("memory_total_bytes"));
    assertThat(seen.get("problems").toString()).contains("of its processes crashed");
    assertThat(seen.get("gpus").toString()).isEqualTo("[]");
    String nobody = "0".repeat(56);
    tools.failure(NOT_FOUND, "inspect_ray_node", Map.of("node_id", nobody));
  }

  @Test
  void aHangingTaskIsSeenInItsStack() throws Exception {
    Map<String, Object> running =
        seen(
            "list_ray_tasks",
            Map.of("name", "hang", "state", "RUNNING"),
            answer -> !rows(answer, "tasks").isEmpty());
    Map<String, Object> hang = rows(running, "tasks").get(0);

    Map<String, Object> byTask =
        tools.answer("dump_ray_stacks", Map.of("task_id", hang.get("task_id")));
    Map<String, Object> byPid = tools.answer("dump_ray_stacks", Map.of("pid", hang.get("pid")));
    Map<String, Object> byJob = tools.answer("dump_ray_stacks", Map.of("job_id", "work"));

    assertThat(byTask.get("summary").toString()).contains("task hang is in hang (work.py:");
    assertThat(byPid.get("stacks").toString()).contains("hang (work.py:");
    assertThat(byJob.get("summary").toString())
        .contains("the driver is in <module> (work.py:", "task hang", "actor Keeper");
    Map<String, Object> waiting =
        rows(tools.answer("list_ray_tasks", Map.of("name", "needs_gpu")), "tasks").get(0);
    tools.failure(WRONG_STATE, "dump_ray_stacks", Map.of("task_id", waiting.get("task_id")));
    tools.failure(NOT_FOUND, "dump_ray_stacks", Map.of("pid", 2_000_000_000));
  }

  @Test
  void whatTheClusterIsTooSmallForIsSaid() throws Exception {
    Map<String, Object> seen =
        seen(
            "ray_autoscaler_status",
            Map.of(),
            answer -> answer.get("demand").toString().contains("placement_group"));

    assertThat(seen).containsEntry("nodes_active", 1);
    assertThat(seen.get("usage").toString()).contains("CPU=").doesNotContain("Group", "node:");
    assertThat(row(seen, "demand", "what", "placement_group").get("infeasible").toString())
        .contains("No node has GPU 1");
    assertThat(row(seen, "demand", "needs", "CPU 64").get("infeasible").toString())
        .contains("No node has CPU 64");
  }

  @Test
  void serveThatIsNotInstalledIsSaidHowToGet() throws Exception {
    assertThat(tools.failure(UNSUPPORTED, "list_ray_serve_applications", Map.of()).hint())
        .contains("pip install \"ray[serve]\"");
  }

  @Test
  void whyAJobDoesNotStartIsSaid() throws Exception {
    submit("gpu", Map.of("entrypoint", "echo never", "entrypoint_num_gpus", 1));
    submit(
        "mars", Map.of("entrypoint", "x", "entrypoint_label_selector", Map.of("region", "mars")));
    submit("long", Map.of("entrypoint", "sleep 300", "entrypoint_num_cpus", 1.5));
    diagnosed("long", answer -> "healthy".equals(answer.get("kind")));
    submit("next", Map.of("entrypoint", "echo later", "entrypoint_num_cpus", 1.5));

    Map<String, Object> gpu = diagnosed("gpu", kind("pending_infeasible"));
    Map<String, Object> mars = diagnosed("mars", kind("pending_infeasible"));
    Map<String, Object> next = diagnosed("next", kind("pending_busy"));

    assertThat(gpu.get("verdict").toString())
        .contains("It needs GPU 1, and no node can give that: No node has GPU 1");
    assertThat(gpu.get("next_step").toString()).contains("Add such a node", "entrypoint_num_gpus");
    assertThat(mars.get("verdict").toString()).contains("region=mars", "No node has the labels");
    assertThat(next.get("verdict").toString()).contains("others use it now");
    for (String job : List.of("next", "long")) {
      tools.answer("cancel_ray_job", Map.of("job_id", job));
    }
    diagnosed("long", kind("stopped"));
  }

  @Test
  void whatAJobFailedOfIsSaid() throws Exception {
    submit("crash", Map.of("entrypoint", python("fail.py") + " crash"));
    submit("raise", Map.of("entrypoint", python("fail.py") + " raise"));
    submit("init", Map.of("entrypoint", python("fail.py") + " init"));
    submit("three", Map.of("entrypoint", "exit 3"));
    submit("nocmd", Map.of("entrypoint", "no_such_command_at_all"));
    submit("killed", Map.of("entrypoint", "kill -9 $$"));
    submit("fine", Map.of("entrypoint", "echo fine"));

    Map<String, Object> crash = diagnosed("crash", kind("failed_worker_crashed"));
    assertThat(crash.get("evidence").toString()).contains("task crash failed: WORKER_DIED");
    Map<String, Object> raised = diagnosed("raise", kind("failed_exception"));
    assertThat(raised.get("verdict")).isEqualTo("Its code raised ValueError: bad inner");
    Map<String, Object> unborn = diagnosed("init", kind("failed_exception"));
    assertThat(unborn.get("verdict").toString()).contains("RuntimeError: no start");
    assertThat(diagnosed("three", kind("failed_entrypoint")).get("verdict").toString())
        .contains("exit code 3");
    assertThat(diagnosed("nocmd", kind("failed_entrypoint")).get("verdict").toString())
        .contains("not found");
    assertThat(diagnosed("killed", kind("failed_entrypoint")).get("verdict").toString())
        .contains("killed");
    diagnosed("fine", kind("succeeded"));
  }

  @Test
  void aRuntimeEnvironmentThatCannotBeMadeIsSaid() throws Exception {
    Map<String, Object> seen =
        Eventually.see(INSTALL, () -> diagnose("noenv"), kind("failed_runtime_env"));

    assertThat(seen.get("verdict").toString())
        .contains("could not be set up: ERROR: ", "no-such-package-1");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void aJobWhoseTaskIsKilledForMemoryIsSaidToBe() throws Exception {
    tools.close();
    ray.close();
    ray =
        RealRay.start(
            Map.of(
                "RAY_memory_usage_threshold",
                Double.toString(memoryUsed() + 0.05),
                "RAY_memory_monitor_refresh_ms",
                "100"));
    tools = OpenTools.at(ray.dashboard());
    submit("eat", Map.of("entrypoint", python("fail.py") + " eat"));

    Map<String, Object> seen = diagnosed("eat", kind("failed_oom"));

    assertThat(seen.get("verdict").toString()).contains("running low on memory", " limit");
    Map<String, Object> node =
        seen(
            "inspect_ray_node",
            Map.of(),
            answer -> answer.get("problems").toString().contains("because memory ran out"));
    assertThat(node.get("failed_processes").toString()).contains("NODE_OUT_OF_MEMORY");
    assertThat(tools.failure(UNSUPPORTED, "dump_ray_stacks", Map.of("pid", 1)).hint())
        .contains("RAY_DASHBOARD_ENABLE_PROFILING=1");
  }

  // Of the machine, as Ray counts it.
  private static double memoryUsed() throws Exception {
    Map<String, Double> kilobytes = new HashMap<>();
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      String[] words = line.split("[: ]+", -1);
      kilobytes.put(words[0], Double.valueOf(words[1]));
    }
    return 1 - kilobytes.get("MemAvailable") / kilobytes.get("MemTotal");
  }

  private static Predicate<Map<String, Object>> kind(String wanted) {
    return answer -> wanted.equals(answer.get("kind"));
  }

  private void submit(String id, Map<String, ?> more) throws Exception {
    Map<String, Object> arguments = new HashMap<>(more);
    arguments.put("job_id", id);
    tools.answer("submit_ray_job", arguments);
  }

  private static String python(String file) {
    return "python '" + RealRay.file(file) + "'";
  }

  private Map<String, Object> diagnose(String id) throws Exception {
    return tools.answer("diagnose_ray_job", Map.of("job_id", id));
  }

  private Map<String, Object> diagnosed(String id, Predicate<Map<String, Object>> wanted)
      throws Exception {
    return Eventually.see(SOON, () -> diagnose(id), wanted);
  }

  private Map<String, Object> seen(
      String tool, Map<String, ?> arguments, Predicate<Map<String, Object>> wanted)
      throws Exception {
    return Eventually.see(SOON, () -> tools.answer(tool, arguments), wanted);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> rows(Map<String, Object> answer, String field) {
    return (List<Map<String, Object>>) answer.get(field);
  }

  private static Map<String, Object> row(
      Map<String, Object> answer, String field, String column, String value) {
    return rows(answer, field).stream()
        .filter(row -> value.equals(row.get(column)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("No " + value + " in " + answer));
  }
}
