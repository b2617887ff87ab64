// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Reply;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetrieveLogsTest {
  private static final String FILE = "GET /api/v0/logs/file";

  private final ScriptedDashboard server = new ScriptedDashboard().job("a", "RUNNING");
  private final OpenTools tools = OpenTools.at(server.url());

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void theLastLinesAreAskedForByTheFileRoute() throws Exception {
    server.on(FILE, request -> Reply.bytes(bytes("one\ntwo\n")));

    Map<String, Object> answer = tools.answer("retrieve_logs", logs("num_lines", 2));

    assertThat(answer).containsEntry("workload_output", List.of("one", "two"));
    assertThat(answer).containsEntry("truncated", false);
    assertThat(server.asked(FILE).get(0).query())
        .contains("node_id=aaaa0000", "filename=job-driver-a.log", "lines=2");
  }

  @Test
  void aMissingFileThatRayCallsEmptyIsNotFoundAndAnEmptyOneIsEmpty() throws Exception {
    server.on(FILE, request -> Reply.bytes(new byte[0]));
    Map<String, Object> file =
        Map.of("identifier", "gone.out", "log_type", "system", "node_id", "aaaa0000");

    server.on("GET /api/v0/logs", "{\"data\":{\"result\":{\"internal\":[]}}}");
    tools.failure(NOT_FOUND, "retrieve_logs", file);

    server.on("GET /api/v0/logs", "{\"data\":{\"result\":{\"internal\":[\"gone.out\"]}}}");
    assertThat(tools.answer("retrieve_logs", file)).containsEntry("workload_output", List.of());
  }

  @Test
  void linesOfOneMoreThanAskedForAreLeftOut() throws Exception {
    server.on(FILE, request -> Reply.bytes(bytes("zero\none\ntwo")));

    assertThat(tools.answer("retrieve_logs", logs("num_lines", 2)))
        .containsEntry("workload_output", List.of("one", "two"));
  }

  @Test
  void aLogWithoutNewlineAndWithoutEndIsAnsweredWithinBoundsAndHungUpOn() throws Exception {
    CountDownLatch ended = new CountDownLatch(2);
    String job = ScriptedDashboard.jobJson("a", "RUNNING", 1);
    try (FaultyServer endless =
            new FaultyServer(
                (socket, request) -> {
                  if (request.startsWith("GET /api/version")) {
                    FaultyServer.json(socket, ScriptedDashboard.VERSION);
                  } else if (request.startsWith("GET /api/jobs/a")) {
                    FaultyServer.json(socket, job);
                  } else {
                    FaultyServer.write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                    try {
                      while (true) {
                        FaultyServer.write(socket, "x".repeat(1 << 16));
                      }
                    } finally {
                      ended.countDown();
                    }
                  }
                });
        OpenTools endlessTools = OpenTools.at(endless.url())) {
      Map<String, Object> answer =
          endlessTools.answer("retrieve_logs", logs("num_lines", 100, "max_size_mb", 1));

      assertThat(answer).containsEntry("truncated", true);
      assertThat(lines(answer))
          .singleElement()
          .asString()
          .hasSizeLessThan(5000)
          .contains("at least 995904 more bytes");
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aTailLongerThanAllowedIsAskedForAgainShorter() throws Exception {
    String line = "y".repeat(999) + "\n";
    server.on(
        FILE,
        request -> {
          int wanted = Integer.parseInt(request.query().replaceAll(".*lines=(\\d+).*", "$1"));
          return Reply.bytes(bytes(line.repeat(Math.min(wanted, 5000) - 1) + "the end\n"));
        });

    Map<String, Object> answer =
        tools.answer("retrieve_logs", logs("max_size_mb", 1, "filter", "the end"));

    assertThat(lines(answer)).containsExactly("the end");
    assertThat(server.asked(FILE)).hasSize(2);
  }

  @Test
  void timesAreRefusedForALogThatHasNone() throws Exception {
    server.on(FILE, request -> Reply.bytes(bytes("no time here\n")));

    assertThat(
            tools
                .failure(UNSUPPORTED, "retrieve_logs", logs("since", "2026-11-21T12:00:00Z"))
                .hint())
        .contains("Leave since and until out");
  }

  @Test
  void aPageBehindTheEndIsEmptyAndNoError() throws Exception {
    server.on(FILE, request -> Reply.bytes(bytes("one\n")));

    assertThat(tools.answer("retrieve_logs", logs("page", 7)))
        .containsEntry("workload_output", List.of())
        .containsEntry("lines_read", 1L)
        .doesNotContainKey("next_page");
    assertThat(server.asked(FILE).get(0).query()).contains("lines=-1");
  }

  @Test
  void logsOfActorsTasksWorkersAndFilesAreNamedAsRayWantsIt() throws Exception {
    server.on(FILE, request -> Reply.bytes(bytes("x\n")));

    other("actor", "a".repeat(32), "actor_id=" + "a".repeat(32), "suffix=out");
    other("task", "b".repeat(48), "task_id=" + "b".repeat(48), "attempt_number=0");
    other("worker", "123", "pid=123", "node_id=aaaa0000");
    other("system", "gcs_server.out", "filename=gcs_server.out", "node_id=aaaa0000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../etc/passwd", "/etc/passwd", "a/b", "..", "x..y", ".hidden", "a%2fb"})
  void aFileOutsideTheLogsCannotBeNamed(String file) throws Exception {
    tools.failure(
        INVALID_ARGUMENT, "retrieve_logs", Map.of("identifier", file, "log_type", "system"));

    assertThat(server.asked(FILE)).isEmpty();
  }

  @Test
  void aDriverHasNoLogThatRayKeeps() throws Exception {
    server.on(
        "GET /api/jobs/02000000",
        "{\"type\":\"DRIVER\",\"job_id\":\"02000000\",\"submission_id\":null,\"status\":\"RUNNING\"}");

    tools.failure(UNSUPPORTED, "retrieve_logs", Map.of("identifier", "02000000"));
  }

  @Test
  void aJobWithoutLogFileYetHasPrintedNothing() throws Exception {
    server.on(FILE, request -> Reply.text(500, "A file is not found at: /tmp/x"));

    assertThat(tools.answer("retrieve_logs", logs()).get("summary").toString())
        .contains("no log yet");
  }

  private void other(String type, String id, String... parameters) throws Exception {
    tools.answer("retrieve_logs", Map.of("identifier", id, "log_type", type));
    assertThat(server.asked(FILE).get(server.asked(FILE).size() - 1).query()).contains(parameters);
  }

  private static Map<String, Object> logs(Object... more) {
    Map<String, Object> arguments = new HashMap<>(Map.of("identifier", "a"));
    for (int i = 0; i < more.length; i += 2) {
      arguments.put((String) more[i], more[i + 1]);
    }
    return arguments;
  }

  @SuppressWarnings("unchecked")
  private static List<String> lines(Map<String, Object> answer) {
    return (List<String>) answer.get("workload_output");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
