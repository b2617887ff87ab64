// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.DECLINED;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static dev.cleat.FailureKind.UNSUPPORTED;
import static dev.cleat.FailureKind.UPSTREAM;
import static dev.cleat.FailureKind.WRONG_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ToolFailure;
import dev.cleat.ray.ScriptedDashboard.Reply;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CancelJobTest {
  private static final String STOP = "POST /api/jobs/a/stop";
  private static final String DELETE = "DELETE /api/jobs/a";

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

  @Test
  void whereItCanBeDoneTheSupervisorOfAPendingJobIsEnded() throws Exception {
    server.job("a", "PENDING").on(STOP, "{\"stopped\":true}");
    List<String> killed = new ArrayList<>();

    try (OpenTools local =
        overBackend(
            actor -> {
              killed.add(actor);
              server.job("a", "FAILED");
            })) {
      Map<String, Object> answer =
          local.answer("cancel_ray_job", Map.of("job_id", "a", "wait_seconds", 0));

      assertThat(answer)
          .containsEntry("outcome", "ended_before_start")
          .containsEntry("status", "failed");
      assertThat(answer.get("summary").toString()).contains("had not started", "failed");
    }
    assertThat(killed).containsExactly("_ray_internal_job_actor_a");
    assertThat(server.asked(STOP)).hasSize(1);
  }

  @Test
  void aJobThatStartedMeanwhileIsToldOfAsItIs() throws Exception {
    server.job("a", "PENDING").on(STOP, "{\"stopped\":true}");

    try (OpenTools local =
        overBackend(
            actor -> {
              server.job("a", "SUCCEEDED");
              throw ToolFailure.notFound("There is no such actor.", "");
            })) {
      assertThat(local.answer("cancel_ray_job", Map.of("job_id", "a", "wait_seconds", 0)))
          .containsEntry("outcome", "ended_otherwise");
    }
  }

  @Test
  void aSupervisorThatCannotBeEndedIsAFailureThatSaysWhy() throws Exception {
    server.job("a", "PENDING").on(STOP, "{\"stopped\":true}");

    try (OpenTools local =
        overBackend(
            actor -> {
              throw ToolFailure.unavailable("The ray command failed.", "");
            })) {
      assertThat(
              local
                  .failure(UNAVAILABLE, "cancel_ray_job", Map.of("job_id", "a", "wait_seconds", 0))
                  .message())
          .contains("ray command");
    }
  }

  @Test
  void anEndedJobIsDeletedAfterAskingAndSeenToBeGone() throws Exception {
    server
        .job("a", "FAILED")
        .on(
            DELETE,
            request -> {
              server.on("GET /api/jobs/a", gone -> Reply.text(404, "Job a does not exist"));
              return Reply.json("{\"deleted\":true}");
            });

    tools.declining().failure(DECLINED, "delete_ray_job", Map.of("job_id", "a"));
    assertThat(server.asked(DELETE)).isEmpty();
    try (OpenTools consenting = OpenTools.at(server.url())) {
      assertThat(consenting.answer("delete_ray_job", Map.of("job_id", "a")))
          .containsEntry("outcome", "deleted");
      assertThat(consenting.questions()).singleElement().asString().contains("job a (failed)");
      assertThat(consenting.answer("delete_ray_job", Map.of("job_id", "a")))
          .containsEntry("outcome", "already_gone");
    }
    assertThat(server.asked(DELETE)).hasSize(1);
  }

  @Test
  void aJobThatHasNotEndedIsNotDeleted() throws Exception {
    for (String status : List.of("RUNNING", "PENDING")) {
      server.job("a", status);
      assertThat(tools.failure(WRONG_STATE, "delete_ray_job", Map.of("job_id", "a")).hint())
          .contains("cancel_ray_job");
    }
    assertThat(server.asked(DELETE)).isEmpty();
    assertThat(tools.questions()).isEmpty();
  }

  @Test
  void whatRaySaysOfADeletionIsNotBelievedButLookedAt() throws Exception {
    server.job("a", "FAILED").on(DELETE, "{\"deleted\":true}");
    assertThat(tools.failure(UPSTREAM, "delete_ray_job", Map.of("job_id", "a")).message())
        .contains("still lists it");

    server.on(
        DELETE,
        request -> {
          server.on("GET /api/jobs/a", gone -> Reply.text(404, "Job a does not exist"));
          return Reply.text(504, "too slow");
        });
    assertThat(tools.answer("delete_ray_job", Map.of("job_id", "a")))
        .containsEntry("outcome", "deleted");
  }

  /** What a back end does to end a supervisor. */
  private interface Kill {
    void supervisor(String actorName);
  }

  private OpenTools overBackend(Kill kill) {
    RemoteRay ray = RemoteRay.at(DashboardAddress.parse(server.url()));
    RayBackend backend =
        new RayBackend() {
          @Override
          public RayKind kind() {
            return RayKind.REMOTE;
          }

          @Override
          public List<RayTarget> targets() {
            return List.of(ray);
          }

          @Override
          public ClusterEnd stop(RayTarget target, Steps steps) {
            throw new AssertionError("nobody stops a cluster here");
          }

          @Override
          public void killSupervisor(RayTarget target, String actorName) {
            kill.supervisor(actorName);
          }

          @Override
          public void close() {}
        };
    Clusters clusters =
        new Clusters(List.of(backend), Duration.ofSeconds(10), InstantSource.system());
    return OpenTools.over(
        ToolSet.builder()
            .tools(JobTools.over(clusters, new Random(1), WorkingDirs.ofThisProcess()))
            .onClose(clusters::close)
            .build());
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
