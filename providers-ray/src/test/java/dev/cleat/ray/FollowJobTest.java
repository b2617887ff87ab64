// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Asked;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FollowJobTest {
  private static final String FILE = "GET /api/v0/logs/file";
  private static final String JOB = "GET /api/jobs/a";

  private final ScriptedDashboard server = new ScriptedDashboard().job("a", "RUNNING");
  private final OpenTools tools = OpenTools.at(server.url());
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  FollowJobTest() {
    server.on(FILE, this::read);
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void eachLineIsAnsweredOnceAndTheLastIsNotLost() throws Exception {
    print("one\ntwo\nthr");
    Map<String, Object> first = follow(0, Map.of());
    assertThat(lines(first)).containsExactly("one", "two");
    assertThat(first).containsEntry("open_line", "thr").containsEntry("ended", false);

    print("ee\nfour without an end");
    server.job("a", "SUCCEEDED");
    Map<String, Object> second = follow(0, cursor(first));

    assertThat(lines(second)).containsExactly("three", "four without an end");
    assertThat(second)
        .containsEntry("ended", true)
        .containsEntry("status", "succeeded")
        .doesNotContainKeys("next_cursor", "open_line");
    assertThat(second.get("summary").toString()).contains("Nothing more will come");
  }

  @Test
  void theEndIsWaitedForAndWhatIsPrintedMeanwhileIsToldAsProgress() throws Exception {
    print("one\n");
    server.on(
        JOB,
        request -> {
          int looks = server.asked(JOB).size();
          if (looks == 3) {
            print("two\n");
          }
          if (looks == 4) {
            print("three");
          }
          return Reply.json(
              ScriptedDashboard.jobJson("a", looks < 4 ? "RUNNING" : "SUCCEEDED", 1_000));
        });

    Map<String, Object> answer = follow(30, Map.of());

    assertThat(lines(answer)).containsExactly("one", "two", "three");
    assertThat(answer).containsEntry("ended", true);
    assertThat(tools.progress())
        .contains("job a is running:\none", "job a is running:\ntwo")
        .endsWith("job a is succeeded:\nthree");
  }

  @Test
  void newLinesEndTheWaitWhenTheyAreWhatIsWaitedFor() throws Exception {
    server.on(
        JOB,
        request -> {
          if (server.asked(JOB).size() == 3) {
            print("at last\n");
          }
          return Reply.json(ScriptedDashboard.jobJson("a", "RUNNING", 1_000));
        });

    Map<String, Object> answer = follow(60, Map.of("until", "new_lines"));

    assertThat(lines(answer)).containsExactly("at last");
    assertThat(answer).containsEntry("ended", false);
  }

  @Test
  void moreThanAnAnswerTakesIsAnsweredPieceByPiece() throws Exception {
    IntStream.range(0, 2500).forEach(i -> print("line " + i + "\n"));
    server.job("a", "SUCCEEDED");
    List<String> all = new ArrayList<>();
    Map<String, Object> answer = follow(0, Map.of("history_lines", 0));
    assertThat(answer).containsEntry("skipped_lines", 2500L);

    print("after\n");
    server.job("a", "RUNNING");
    Map<String, Object> fromStart = follow(0, Map.of("cursor", start()));
    while (fromStart.containsKey("next_cursor") && !lines(fromStart).isEmpty()) {
      assertThat(lines(fromStart).size()).isLessThanOrEqualTo(JobReader.MOST_LINES);
      all.addAll(lines(fromStart));
      fromStart = follow(0, cursor(fromStart));
    }

    assertThat(all).hasSize(2501).startsWith("line 0").endsWith("line 2499", "after");
    assertThat(all).doesNotHaveDuplicates();
  }

  @Test
  void withoutACursorItBeginsWithTheLastLines() throws Exception {
    print("one\ntwo\nthree\n");

    Map<String, Object> answer = follow(0, Map.of("history_lines", 2));

    assertThat(lines(answer)).containsExactly("two", "three");
    assertThat(answer).containsEntry("skipped_lines", 1L);
    assertThat(follow(0, cursor(answer)).get("workload_output")).isEqualTo(List.of());
  }

  @Test
  void aDashboardThatIsGoneForAWhileIsWaitedForAndNothingIsRepeated() throws Exception {
    print("one\n");
    server.on(
        FILE,
        request -> {
          int reads = server.asked(FILE).size();
          if (reads == 2) {
            print("two\n");
            return Reply.text(503, "overloaded");
          }
          if (reads == 4) {
            server.job("a", "SUCCEEDED");
            print("three\n");
          }
          return read(request);
        });

    Map<String, Object> answer = follow(30, Map.of());

    assertThat(lines(answer)).containsExactly("one", "two", "three");
    assertThat(answer).containsEntry("ended", true).doesNotContainKey("unseen");
  }

  @Test
  void aConnectionThatBreaksInTheMiddleLosesAndRepeatsNothing() throws Exception {
    String whole = "one\ntwo\nthree\nfour\n";
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger reads = new AtomicInteger();
    try (FaultyServer faulty =
            new FaultyServer(
                (socket, request) -> {
                  if (request.startsWith("GET /api/version")) {
                    FaultyServer.json(socket, ScriptedDashboard.VERSION);
                  } else if (request.startsWith(JOB)) {
                    String status = looks.incrementAndGet() < 4 ? "RUNNING" : "SUCCEEDED";
                    FaultyServer.json(socket, ScriptedDashboard.jobJson("a", status, 1));
                  } else {
                    int read = reads.incrementAndGet();
                    String part = read == 1 ? "one\ntw" : read == 2 ? "one\ntwo\nthr" : whole;
                    FaultyServer.write(
                        socket,
                        "HTTP/1.1 200 OK\r\nContent-Length: "
                            + (read == 2 ? whole.length() : part.length())
                            + "\r\n\r\n"
                            + part);
                    if (read == 2) {
                      FaultyServer.reset(socket);
                    }
                  }
                });
        OpenTools faultyTools = OpenTools.at(faulty.url())) {
      Map<String, Object> answer =
          faultyTools.answer("follow_ray_job", Map.of("job_id", "a", "wait_seconds", 30));

      assertThat(lines(answer)).containsExactly("one", "two", "three", "four");
      assertThat(answer).containsEntry("ended", true);
    }
  }

  @Test
  void whatCouldNotBeSeenUntilTheEndIsSaid() throws Exception {
    print("one\n");
    server.on(
        FILE,
        request -> server.asked(FILE).size() == 1 ? read(request) : Reply.text(503, "overloaded"));

    Map<String, Object> answer = follow(1, Map.of());

    assertThat(lines(answer)).containsExactly("one");
    assertThat(answer.get("unseen").toString()).contains("503");
    server.on(FILE, request -> Reply.text(503, "overloaded"));
    tools.failure(UNAVAILABLE, "follow_ray_job", Map.of("job_id", "a"));
  }

  @Test
  void outputIsCleanedAndSecretsAreTakenOut() throws Exception {
    server.on(
        JOB,
        "{\"submission_id\":\"a\",\"status\":\"SUCCEEDED\",\"start_time\":1,\"driver_node_id\":\"aaaa0000\",\"runtime_env\":{\"env_vars\":{\"API_TOKEN\":\"hunter2-hunter2\"}}}");
    print("\u001b[31mred\u001b[0m hunter2-hunter2\n");
    log.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 'x', '\n'});

    assertThat(lines(follow(0, Map.of()))).containsExactly("red ***", "\ufffd\ufffdx");
  }

  @Test
  void ofALargeLogOnlyTheEndIsLookedAtWhileItDoesNotChange() throws Exception {
    print("x".repeat(99).concat("\n").repeat(20_000));
    server.on(
        JOB,
        request ->
            Reply.json(
                ScriptedDashboard.jobJson(
                    "a", server.asked(JOB).size() < 5 ? "RUNNING" : "STOPPED", 1_000)));

    Map<String, Object> answer = follow(30, Map.of("history_lines", 1));

    assertThat(answer).containsEntry("ended", true).containsEntry("skipped_lines", 19_999L);
    assertThat(server.asked(FILE).stream().filter(asked -> asked.query().contains("lines=-1")))
        .as("the first look, at most one at a change, and the last look")
        .hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void aLogThatWasCutOffIsFollowedFromItsStart() throws Exception {
    print("a long line that is gone later\n");
    Map<String, Object> first = follow(0, Map.of());
    log.reset();
    print("new\n");

    Map<String, Object> second = follow(1, cursor(first));

    assertThat(lines(second)).containsExactly("new");
  }

  @Test
  void aJobThatFailedBeforeItPrintedAnythingSaysWhy() throws Exception {
    server.on(
        JOB,
        "{\"submission_id\":\"a\",\"status\":\"FAILED\",\"start_time\":1,\"error_type\":\"RUNTIME_ENV_SETUP_FAILURE\",\"message\":\"runtime_env setup failed: no such package\"}");

    Map<String, Object> answer = follow(60, Map.of());

    assertThat(answer)
        .containsEntry("ended", true)
        .containsEntry("failure_kind", "runtime_env")
        .doesNotContainKey("next_cursor");
    assertThat(answer.get("failure").toString()).contains("no such package");
  }

  @Test
  void aPendingJobIsWaitedForWithoutALog() throws Exception {
    server.on(
        JOB,
        request ->
            Reply.json(
                "{\"submission_id\":\"a\",\"status\":\"%s\",\"start_time\":1%s}"
                    .formatted(
                        server.asked(JOB).size() < 3 ? "PENDING" : "SUCCEEDED",
                        server.asked(JOB).size() < 3 ? "" : ",\"driver_node_id\":\"aaaa0000\"")));
    print("hi\n");

    assertThat(lines(follow(30, Map.of()))).containsExactly("hi");
  }

  @Test
  void aCursorOfElsewhereIsRefused() throws Exception {
    print("one\n");
    Map<String, Object> first = follow(0, Map.of());
    Optional<Object> cursor = Optional.of(first.get("next_cursor"));
    server.on("GET /api/jobs/b", ScriptedDashboard.jobJson("b", "RUNNING", 1));

    for (Map<String, Object> arguments :
        List.<Map<String, Object>>of(
            Map.of("job_id", "b", "cursor", cursor.get()),
            Map.of("job_id", "a", "cursor", "bm8"),
            Map.of("job_id", "a", "cursor", "???"),
            Map.of("job_id", "../a"))) {
      tools.failure(INVALID_ARGUMENT, "follow_ray_job", arguments);
    }
    server.on("GET /api/jobs/no", request -> Reply.text(404, "Job no does not exist"));
    tools.failure(NOT_FOUND, "follow_ray_job", Map.of("job_id", "no"));
  }

  @Test
  void aDriverThatWasNotSubmittedCannotBeFollowed() throws Exception {
    server.on(JOB, "{\"job_id\":\"a\",\"submission_id\":null,\"status\":\"RUNNING\"}");

    tools.failure(UNSUPPORTED, "follow_ray_job", Map.of("job_id", "a"));
  }

  private String start() {
    return new FollowCursor(0, 1_795_265_395_000L, "a").print();
  }

  private void print(String text) {
    log.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  // As Ray: so many lines from the end, or all.
  private Reply read(Asked asked) {
    byte[] all = log.toByteArray();
    if (asked.query().contains("lines=-1")) {
      return Reply.bytes(all);
    }
    return Reply.bytes(
        java.util.Arrays.copyOfRange(all, Math.max(0, all.length - 3200), all.length));
  }

  private Map<String, Object> follow(int waitSeconds, Map<String, ?> more) throws Exception {
    Map<String, Object> arguments = new HashMap<>(more);
    arguments.put("job_id", "a");
    arguments.put("wait_seconds", waitSeconds);
    return tools.answer("follow_ray_job", arguments);
  }

  private static Map<String, Object> cursor(Map<String, Object> answer) {
    return Map.of("cursor", answer.get("next_cursor"));
  }

  @SuppressWarnings("unchecked")
  private static List<String> lines(Map<String, Object> answer) {
    return (List<String>) answer.get("workload_output");
  }
}
