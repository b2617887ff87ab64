// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The tools against one real head. Run with {@code mvn -P real verify}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealRayIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private RealRay ray;
  private OpenTools tools;

  @BeforeAll
  void start() throws Exception {
    ray = RealRay.start();
    tools = OpenTools.at(ray.dashboard());
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
  void theEnvironmentIsSaidToBeReady() throws Exception {
    Map<String, Object> answer =
        Eventually.see(
            SOON,
            () -> tools.answer("check_environment", Map.of()),
            seen -> Boolean.TRUE.equals(seen.get("ready")));

    assertThat(answer.get("summary").toString()).startsWith("Ready: 1 node alive, CPU 2");
    assertThat(answer.get("checks").toString()).contains("mode disabled");
    assertThat(answer.get("cluster").toString()).contains("2.60.0", "session_");
  }

  @Test
  void aJobSucceedsAndItsLogIsRead() throws Exception {
    submit("ok", "echo hello from ray", Map.of(), "succeeded");

    Map<String, Object> logs = tools.answer("retrieve_logs", Map.of("identifier", "ok"));

    assertThat(strings(logs, "workload_output")).contains("hello from ray");
    assertThat(inspect("ok")).containsEntry("exit_code", 0).containsKey("ended");
  }

  @Test
  void aJobThatFailsSaysWhatItFailedWith() throws Exception {
    Map<String, Object> three = submit("three", "exit 3", Map.of(), "failed");
    Map<String, Object> unknown = submit("nocmd", "no_such_command_at_all", Map.of(), "failed");
    Map<String, Object> raised = submit("raised", "python -c 'print(1/0)'", Map.of(), "failed");

    assertThat(three.get("failure").toString()).startsWith("exit code 3");
    assertThat(unknown.get("failure").toString()).startsWith("exit code 127").contains("not found");
    assertThat(raised.get("failure")).isEqualTo("exit code 1: ZeroDivisionError: division by zero");
    Map<String, Object> logs =
        tools.answer("retrieve_logs", Map.of("identifier", "raised", "include_errors", true));
    assertThat(logs.get("summary").toString())
        .contains("First error (user_error): ZeroDivisionError");
  }

  @Test
  void theSameTwiceIsOneJobAndAnotherIsAConflict() throws Exception {
    Map<String, Object> request =
        Map.of(
            "entrypoint",
            "echo once",
            "job_id",
            "once",
            "metadata",
            Map.of("k", "v"),
            "environment",
            Map.of("A", "b"),
            "entrypoint_num_cpus",
            0.5);
    assertThat(tools.answer("submit_ray_job", request)).containsEntry("already_submitted", false);

    assertThat(tools.answer("submit_ray_job", request)).containsEntry("already_submitted", true);

    tools.failure(CONFLICT, "submit_ray_job", Map.of("entrypoint", "echo two", "job_id", "once"));
    Map<String, Object> more = new HashMap<>(request);
    more.put("entrypoint_num_cpus", 1);
    tools.failure(CONFLICT, "submit_ray_job", more);
  }

  @Test
  void aLogThatIsNotUtf8IsRead() throws Exception {
    submit("bytes", "printf 'before\\n\\377\\376 middle\\nafter\\n'", Map.of(), "succeeded");

    Map<String, Object> logs = tools.answer("retrieve_logs", Map.of("identifier", "bytes"));

    assertThat(strings(logs, "workload_output")).contains("before", "\ufffd\ufffd middle", "after");
  }

  @Test
  void aLogOfMoreThanAMegabyteIsAnsweredWithinBounds() throws Exception {
    submit(
        "big",
        "python -c 'for i in range(40000): print(\"line\", i, \"x\" * 60)'; echo the end",
        Map.of(),
        "succeeded");

    Map<String, Object> tail =
        tools.answer("retrieve_logs", Map.of("identifier", "big", "num_lines", 3));
    assertThat(strings(tail, "workload_output")).hasSize(3).last().isEqualTo("the end");
    assertThat(strings(tail, "workload_output").get(1)).startsWith("line 39999 ");

    Map<String, Object> many =
        tools.answer("retrieve_logs", Map.of("identifier", "big", "num_lines", 10000));
    assertThat(many).containsEntry("truncated", true);
    assertThat(String.join("\n", strings(many, "workload_output")).length())
        .isBetween(Bounds.LOG_TEXT_BYTES / 2, Bounds.LOG_TEXT_BYTES);

    Map<String, Object> found =
        tools.answer("retrieve_logs", Map.of("identifier", "big", "filter", "LINE 123 "));
    assertThat(strings(found, "workload_output"))
        .singleElement()
        .asString()
        .startsWith("line 123 ");

    Map<String, Object> first =
        tools.answer("retrieve_logs", Map.of("identifier", "big", "page", 1, "page_size", 10));
    Map<String, Object> second =
        tools.answer("retrieve_logs", Map.of("identifier", "big", "page", 2, "page_size", 10));
    assertThat(first).containsEntry("next_page", 2);
    assertThat(strings(first, "workload_output"))
        .hasSize(10)
        .anyMatch(l -> l.startsWith("line 0 "));
    assertThat(strings(second, "workload_output"))
        .hasSize(10)
        .doesNotContainAnyElementsOf(strings(first, "workload_output"));
  }

  @Test
  void aLineOfMegabytesIsCut() throws Exception {
    submit("wide", "python -c 'print(\"x\" * 3000000, end=\"\")'", Map.of(), "succeeded");

    Map<String, Object> logs =
        tools.answer("retrieve_logs", Map.of("identifier", "wide", "num_lines", 1));

    assertThat(strings(logs, "workload_output"))
        .last()
        .asString()
        .hasSizeLessThan(5000)
        .contains("more bytes in this line");
  }

  @Test
  void theListIsReadInPages() throws Exception {
    for (int i = 0; i < 3; i++) {
      submit("page-" + i, "echo " + i, Map.of(), "succeeded");
    }
    List<Object> ids = new ArrayList<>();
    Optional<Object> cursor = Optional.empty();
    do {
      Map<String, Object> query = new HashMap<>(Map.of("limit", 2, "status", "succeeded"));
      cursor.ifPresent(at -> query.put("cursor", at));
      Map<String, Object> page = tools.answer("list_ray_jobs", query);
      maps(page, "jobs").forEach(row -> ids.add(row.get("job_id")));
      cursor = Optional.ofNullable(page.get("next_cursor"));
    } while (cursor.isPresent());

    assertThat(ids).doesNotHaveDuplicates().contains("page-0", "page-1", "page-2");
    assertThat(ids.indexOf("page-2")).isLessThan(ids.indexOf("page-0"));
  }

  @Test
  void aRunningJobIsCancelledAfterAsking() throws Exception {
    tools.answer("submit_ray_job", Map.of("entrypoint", "sleep 300", "job_id", "sleeper"));
    Eventually.see(SOON, () -> inspect("sleeper"), job -> "running".equals(job.get("status")));

    Map<String, Object> answer = tools.answer("cancel_ray_job", Map.of("job_id", "sleeper"));

    assertThat(answer).containsEntry("outcome", "stopped").containsEntry("status", "stopped");
    assertThat(tools.questions())
        .last()
        .asString()
        .contains("sleeper", "sleep 300", "running since");
    assertThat(tools.answer("cancel_ray_job", Map.of("job_id", "sleeper")))
        .containsEntry("outcome", "already_ended");
  }

  @Test
  void ofAPendingJobTheTruthIsTold() throws Exception {
    Map<String, Object> submitted =
        tools.answer(
            "submit_ray_job",
            Map.of("entrypoint", "echo never", "job_id", "gpu", "entrypoint_num_gpus", 1));
    assertThat(submitted.get("warnings").toString()).contains("No node has GPU 1");

    Map<String, Object> answer =
        tools.answer("cancel_ray_job", Map.of("job_id", "gpu", "wait_seconds", 3));

    assertThat(answer).containsEntry("outcome", "still_pending").containsEntry("status", "pending");
    assertThat(answer.get("summary").toString()).contains("NOT stopped", "GPU 1", "kill-actor");
    Map<String, Object> why =
        tools.answer("inspect_ray_job", Map.of("job_id", "gpu", "mode", "full"));
    assertThat(why.get("summary").toString()).contains("No node has GPU 1");
    assertThat(tools.answer("retrieve_logs", Map.of("identifier", "gpu")).get("summary").toString())
        .contains("printed nothing yet");
  }

  @Test
  void anUnknownJobIsNotFound() throws Exception {
    assertThat(tools.failure(NOT_FOUND, "inspect_ray_job", Map.of("job_id", "nope")).message())
        .contains("nope");
    tools.failure(NOT_FOUND, "cancel_ray_job", Map.of("job_id", "nope"));
    tools.failure(NOT_FOUND, "retrieve_logs", Map.of("identifier", "nope"));
    tools.failure(
        NOT_FOUND, "retrieve_logs", Map.of("identifier", "no-such-file", "log_type", "system"));
  }

  @Test
  void valuesOfTheEnvironmentAreShownNowhere() throws Exception {
    String secret = "hunter2-hunter2";
    submit(
        "secret",
        "echo token is $API_TOKEN; exit 1",
        Map.of("environment", Map.of("API_TOKEN", secret, "PLAIN", "visible-no-more")),
        "failed");

    Map<String, Object> full =
        tools.answer("inspect_ray_job", Map.of("job_id", "secret", "mode", "full"));
    Map<String, Object> logs = tools.answer("retrieve_logs", Map.of("identifier", "secret"));
    Map<String, Object> list = tools.answer("list_ray_jobs", Map.of("limit", 200));

    assertThat(full.toString())
        .contains("API_TOKEN=***", "PLAIN=***")
        .doesNotContain(secret, "visible-no-more");
    assertThat(logs.toString()).contains("token is ***").doesNotContain(secret);
    assertThat(list.toString()).doesNotContain(secret, "visible-no-more");
  }

  @Test
  void aDriverIsInspectedWithItsTasksAndItsWorkersLogs() throws Exception {
    String work = "'" + RealRay.file("work.py") + "'";
    tools.answer(
        "submit_ray_job", Map.of("entrypoint", "python " + work + " 60", "job_id", "work"));
    Eventually.see(
        Duration.ofMinutes(2),
        () -> tools.answer("retrieve_logs", Map.of("identifier", "work", "filter", "WORK READY")),
        logs -> !strings(logs, "workload_output").isEmpty());

    Map<String, Object> full =
        tools.answer("inspect_ray_job", Map.of("job_id", "work", "mode", "full"));

    assertThat(full.get("details").toString()).contains("FINISHED=", "FAILED=", "supervisor=ALIVE");
    assertThat(full.get("details").toString()).doesNotContain("unseen");
    assertThat(strings(systemLog("gcs_server.out"), "workload_output")).isNotEmpty();
    assertThat(tools.answer("cancel_ray_job", Map.of("job_id", "work")))
        .containsEntry("outcome", "stopped");
  }

  @Test
  void linesAreChosenByTime() throws Exception {
    submit("timed", "echo x", Map.of(), "succeeded");
    String hourAgo = Instant.now().minusSeconds(3600).toString();
    String inAnHour = Instant.now().plusSeconds(3600).toString();

    assertThat(strings(timed("since", hourAgo), "workload_output")).isNotEmpty();
    assertThat(strings(timed("since", inAnHour), "workload_output")).isEmpty();
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void onceTheHeadIsGoneEveryToolSaysSo() throws Exception {
    ray.close();

    assertThat(tools.failure(UNAVAILABLE, "list_ray_jobs", Map.of()).message())
        .contains(ray.dashboard());
    tools.failure(UNAVAILABLE, "submit_ray_job", Map.of("entrypoint", "echo"));
    assertThat(tools.answer("check_environment", Map.of())).containsEntry("ready", false);
  }

  private Map<String, Object> timed(String argument, String time) throws Exception {
    return tools.answer("retrieve_logs", Map.of("identifier", "timed", argument, time));
  }

  private Map<String, Object> systemLog(String file) throws Exception {
    return tools.answer("retrieve_logs", Map.of("identifier", file, "log_type", "system"));
  }

  private Map<String, Object> inspect(String id) throws Exception {
    return tools.answer("inspect_ray_job", Map.of("job_id", id));
  }

  private Map<String, Object> submit(
      String id, String entrypoint, Map<String, ?> more, String expected) throws Exception {
    Map<String, Object> arguments = new HashMap<>(more);
    arguments.putAll(Map.of("entrypoint", entrypoint, "job_id", id, "wait_seconds", 60));
    Map<String, Object> answer = tools.answer("submit_ray_job", arguments);
    assertThat(answer).containsEntry("status", expected);
    return answer;
  }

  @SuppressWarnings("unchecked")
  private static List<String> strings(Map<String, Object> answer, String field) {
    return (List<String>) answer.get(field);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> maps(Map<String, Object> answer, String field) {
    return (List<Map<String, Object>>) answer.get(field);
  }
}
