// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.OUTCOME_UNKNOWN;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitJobTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());
  private final Map<String, JsonNode> jobs = new ConcurrentHashMap<>();

  @BeforeEach
  void takeJobsAsRayDoes() {
    server.on(
        "POST /api/jobs/",
        request -> {
          JsonNode job = request.json();
          String id = job.path("submission_id").asText();
          if (jobs.putIfAbsent(id, job) != null) {
            return Reply.text(500, "ValueError: Job with submission_id " + id + " already exists.");
          }
          server.on("GET /api/jobs/" + id, asJob(job, "PENDING"));
          return Reply.json("{\"job_id\":\"" + id + "\",\"submission_id\":\"" + id + "\"}");
        });
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b/c?d", "..", ".", "", "ä", "a/b", "x%2f"})
  void anIdThatRayWouldChokeOnIsRefusedBeforeTheWire(String id) throws Exception {
    tools.failure(INVALID_ARGUMENT, "submit_ray_job", Map.of("entrypoint", "echo", "job_id", id));
    tools.failure(INVALID_ARGUMENT, "inspect_ray_job", Map.of("job_id", id));
    tools.failure(INVALID_ARGUMENT, "cancel_ray_job", Map.of("job_id", id));
    tools.failure(INVALID_ARGUMENT, "retrieve_logs", Map.of("identifier", id));

    assertThat(server.asked()).isEmpty();
  }

  @Test
  void whatRayTakesAndFailsOnLaterIsRefused() throws Exception {
    refused("entrypoint", Map.of("entrypoint", "  \n"));
    refused("Did you mean \"env_vars\"", env(Map.of("env_var", Map.of())));
    refused("has to be a string", env(Map.of("env_vars", Map.of("A", 1))));
    refused("1.5", Map.of("entrypoint", "x", "entrypoint_num_gpus", 1.5));
    refused("entrypoint_num_cpus", Map.of("entrypoint", "x", "entrypoint_num_cpus", -1));
    refused("custom", Map.of("entrypoint", "x", "entrypoint_resources", Map.of("GPU", 1)));
    refused(
        "both set A",
        Map.of(
            "entrypoint", "x",
            "environment", Map.of("A", "1"),
            "runtime_env", Map.of("env_vars", Map.of("A", "2"))));

    assertThat(server.asked("POST /api/jobs/")).isEmpty();
  }

  @Test
  void theSameRequestUnderTheSameIdIsThatJob() throws Exception {
    Map<String, Object> request =
        Map.of(
            "entrypoint",
            "echo hi",
            "job_id",
            "a",
            "entrypoint_num_cpus",
            1,
            "environment",
            Map.of("X", "1"));
    Map<String, Object> first = tools.answer("submit_ray_job", request);

    Map<String, Object> second = tools.answer("submit_ray_job", request);

    assertThat(first).containsEntry("already_submitted", false);
    assertThat(second).containsEntry("already_submitted", true).containsEntry("job_id", "a");
    assertThat(jobs).hasSize(1);
  }

  @Test
  void anotherRequestUnderTheSameIdIsAConflict() throws Exception {
    tools.answer("submit_ray_job", Map.of("entrypoint", "echo hi", "job_id", "a"));

    assertThat(
            tools
                .failure(CONFLICT, "submit_ray_job", Map.of("entrypoint", "echo ho", "job_id", "a"))
                .message())
        .contains("echo hi");
    tools.failure(
        CONFLICT,
        "submit_ray_job",
        Map.of("entrypoint", "echo hi", "job_id", "a", "entrypoint_num_cpus", 1));
  }

  @Test
  void aJobOfSomebodyElseIsTheSameOnlyIfAllThatRayTellsIsTheSame() throws Exception {
    server.on("POST /api/jobs/", request -> Reply.text(500, "ValueError: Job x already exists."));
    server.job("x", "RUNNING");

    assertThat(tools.answer("submit_ray_job", Map.of("entrypoint", "echo hi", "job_id", "x")))
        .containsEntry("already_submitted", true);
    tools.failure(
        CONFLICT,
        "submit_ray_job",
        Map.of("entrypoint", "echo hi", "job_id", "x", "entrypoint_num_cpus", 1));
  }

  @Test
  void resourcesThatNoNodeHasAreAWarning() throws Exception {
    Map<String, Object> answer =
        tools.answer("submit_ray_job", Map.of("entrypoint", "x", "entrypoint_num_gpus", 1));

    assertThat(answer.get("warnings").toString())
        .contains("GPU 1", "the most that one node has is 0");
    assertThat(tools.answer("submit_ray_job", Map.of("entrypoint", "x", "entrypoint_num_cpus", 2)))
        .containsEntry("warnings", List.of());
  }

  @Test
  void waitingAnswersWithHowItEnded() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    server.on(
        "GET /api/jobs/w",
        request ->
            Reply.json(
                ScriptedDashboard.jobJson(
                    "w", looks.incrementAndGet() < 3 ? "RUNNING" : "SUCCEEDED", 1)));
    jobs.clear();
    server.on("POST /api/jobs/", "{\"submission_id\":\"w\"}");

    Map<String, Object> answer =
        tools.answer(
            "submit_ray_job", Map.of("entrypoint", "x", "job_id", "w", "wait_seconds", 60));

    assertThat(answer).containsEntry("status", "succeeded");
    assertThat(tools.progress()).contains("job w is running");
  }

  @Test
  void anAnswerThatIsLostAfterSubmittingIsLookedUpAndNotSentAgain() throws Exception {
    Map<String, String> taken = new ConcurrentHashMap<>();
    try (FaultyServer faulty = lossy(taken, true);
        OpenTools lossyTools = OpenTools.at(faulty.url())) {
      Map<String, Object> answer =
          lossyTools.answer("submit_ray_job", Map.of("entrypoint", "echo hi", "job_id", "a"));

      assertThat(answer).containsEntry("job_id", "a").containsEntry("status", "pending");
      assertThat(faulty.requests()).filteredOn(line -> line.startsWith("POST")).hasSize(1);
    }
  }

  @Test
  void aSubmissionOfWhichNothingIsKnownSaysSoAndHowToGoOn() throws Exception {
    try (FaultyServer faulty = lossy(new ConcurrentHashMap<>(), false);
        OpenTools lossyTools = OpenTools.at(faulty.url())) {
      ToolResult.Failure failure =
          lossyTools.failure(
              OUTCOME_UNKNOWN, "submit_ray_job", Map.of("entrypoint", "echo hi", "job_id", "a"));

      assertThat(failure.hint()).contains("job_id \"a\"", "not started twice");
      assertThat(faulty.requests()).filteredOn(line -> line.startsWith("POST")).hasSize(1);
    }
  }

  @Test
  void aSubmissionThatCouldNotBeSentWasNotDone() throws Exception {
    tools.answer("submit_ray_job", Map.of("entrypoint", "echo hi", "job_id", "a"));
    server.close();

    tools.failure(UNAVAILABLE, "submit_ray_job", Map.of("entrypoint", "echo hi", "job_id", "b"));
  }

  @Test
  void anUnknownArgumentIsNamedWithTheNearestKnownOne() throws Exception {
    assertThat(
            tools
                .failure(
                    INVALID_ARGUMENT, "submit_ray_job", Map.of("entrypoint", "x", "jobid", "a"))
                .message())
        .contains("job_id");
    server.on("GET /api/jobs/nope", request -> Reply.text(404, "Job nope does not exist"));
    tools.failure(NOT_FOUND, "inspect_ray_job", Map.of("job_id", "nope"));
  }

  private void refused(String word, Map<String, ?> arguments) throws Exception {
    ToolResult.Failure failure = tools.failure(INVALID_ARGUMENT, "submit_ray_job", arguments);
    assertThat(failure.message() + failure.hint()).contains(word);
  }

  private static Map<String, Object> env(Map<String, Object> env) {
    return Map.of("entrypoint", "x", "runtime_env", env);
  }

  private static String asJob(JsonNode request, String status) {
    ObjectNode job = MAPPER.createObjectNode();
    job.put("submission_id", request.path("submission_id").asText());
    job.put("status", status);
    job.set("entrypoint", request.path("entrypoint"));
    job.set("metadata", request.path("metadata"));
    if (request.has("runtime_env")) {
      job.set("runtime_env", request.path("runtime_env"));
    }
    return job.toString();
  }

  /** Takes a submission and hangs up instead of answering; remembers it or forgets it. */
  private static FaultyServer lossy(Map<String, String> taken, boolean remembers) {
    return new FaultyServer(
        (Socket socket, String request) -> {
          if (request.startsWith("GET /api/version")) {
            FaultyServer.json(socket, ScriptedDashboard.VERSION);
          } else if (request.startsWith("POST")) {
            if (remembers) {
              JsonNode job = MAPPER.readTree(request.substring(request.indexOf("\r\n\r\n")));
              taken.put(job.path("submission_id").asText(), asJob(job, "PENDING"));
            }
            FaultyServer.reset(socket);
          } else if (taken.containsKey("a")) {
            FaultyServer.json(socket, taken.get("a"));
          } else {
            String body = "Job a does not exist";
            FaultyServer.write(
                socket,
                "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n"
                    + body);
          }
        });
  }
}
