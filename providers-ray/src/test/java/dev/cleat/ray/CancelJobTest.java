// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.DECLINED;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ray.ScriptedDashboard.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CancelJobTest {
  private static final String STOP = "POST /api/jobs/a/stop";

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final OpenTools tools = OpenTools.at(server.url());

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void withoutConsentNothingIsStopped() throws Exception {
    server.job("a", "RUNNING").on(STOP, "{\"stopped\":true}");

    tools.declining().failure(DECLINED, "cancel_ray_job", Map.of("job_id", "a"));

    assertThat(server.asked(STOP)).isEmpty();
    assertThat(tools.questions())
        .containsExactly(
            "Stop the Ray job a (echo hi), running since 2026-11-21T12:49:55Z, on "
                + server.url()
                + "?");
  }

  @Test
  void theQuestionIsTheSameEachTimeItIsAsked() throws Exception {
    server.job("a", "RUNNING");
    tools.declining();

    tools.failure(DECLINED, "cancel_ray_job", Map.of("job_id", "a"));
    tools.failure(DECLINED, "cancel_ray_job", Map.of("job_id", "a"));

    assertThat(tools.questions()).hasSize(2).containsOnly(tools.questions().get(0));
  }

  @Test
  void theStateSeenAfterwardsIsTold() throws Exception {
    stopThat("STOPPED", "{\"stopped\":true}");
    assertThat(cancel(5)).containsEntry("outcome", "stopped").containsEntry("status", "stopped");

    stopThat("SUCCEEDED", "{\"stopped\":false}");
    assertThat(cancel(5))
        .containsEntry("outcome", "ended_otherwise")
        .containsEntry("status", "succeeded");

    stopThat("RUNNING", "{\"stopped\":true}");
    assertThat(cancel(0)).containsEntry("outcome", "still_running");
    assertThat(cancel(0).get("summary").toString()).contains("NOT stopped");
  }

  @Test
  void aJobThatHasEndedIsLeftAloneWithoutAsking() throws Exception {
    server.job("a", "FAILED");

    assertThat(cancel(0)).containsEntry("outcome", "already_ended");

    assertThat(server.asked(STOP)).isEmpty();
    assertThat(tools.questions()).isEmpty();
  }

  @Test
  void ofAPendingJobItIsToldThatRaysPromiseIsNotKept() throws Exception {
    server
        .job("a", "PENDING")
        .on(STOP, "{\"stopped\":true}")
        .on(
            "GET /api/v0/actors",
            ScriptedDashboard.rows(
                "{\"state\":\"PENDING_CREATION\",\"required_resources\":{\"GPU\":1.0}}"));

    Map<String, Object> answer = cancel(0);

    assertThat(answer).containsEntry("outcome", "still_pending");
    assertThat(answer.get("summary").toString())
        .contains("NOT stopped", "No node has GPU 1", "2026-11-21T13:04:55Z", "kill-actor");
  }

  @Test
  void anAnswerThatIsLostIsMadeUpForByLooking() throws Exception {
    server
        .job("a", "RUNNING")
        .on(
            STOP,
            request -> {
              server.job("a", "STOPPED");
              return Reply.text(504, "gateway time-out");
            });

    assertThat(cancel(5)).containsEntry("outcome", "stopped");
    assertThat(server.asked(STOP)).hasSize(1);
  }

  @Test
  void aDriverThatWasNotSubmittedCannotBeStopped() throws Exception {
    server.on(
        "GET /api/jobs/a",
        "{\"type\":\"DRIVER\",\"job_id\":\"a\",\"submission_id\":null,\"status\":\"RUNNING\"}");

    tools.failure(UNSUPPORTED, "cancel_ray_job", Map.of("job_id", "a"));
  }

  private void stopThat(String status, String answer) {
    server
        .job("a", "RUNNING")
        .on(
            STOP,
            request -> {
              server.job("a", status);
              return Reply.json(answer);
            });
  }

  private Map<String, Object> cancel(int waitSeconds) throws Exception {
    return tools.answer("cancel_ray_job", Map.of("job_id", "a", "wait_seconds", waitSeconds));
  }
}
