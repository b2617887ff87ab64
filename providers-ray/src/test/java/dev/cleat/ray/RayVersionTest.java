// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RayVersionTest {
  private final ScriptedDashboard server = new ScriptedDashboard().on("GET /api/jobs/", "[]");
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
  private final OpenTools tools =
      OpenTools.over(
          RayToolProvider.toolsOf(
              List.of(RemoteBackend.with(RemoteRay.at(DashboardAddress.parse(server.url())))),
              Duration.ofSeconds(10),
              now::get,
              new java.util.Random(1)));

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void sixtyFourConcurrentFirstCallsProbeTheVersionOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(64);
    server.on(
        "GET /api/version",
        request -> {
          all.await(20, TimeUnit.SECONDS);
          return Reply.json(ScriptedDashboard.VERSION);
        });
    ExecutorService callers = Executors.newFixedThreadPool(64);
    try {
      List<Future<ToolResult>> calls = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        calls.add(
            callers.submit(
                () -> {
                  all.countDown();
                  return tools.call("list_ray_jobs", Map.of());
                }));
      }

      for (Future<ToolResult> call : calls) {
        assertThat(call.get(30, TimeUnit.SECONDS)).isInstanceOf(ToolResult.Success.class);
      }
      assertThat(server.asked("GET /api/version")).hasSize(1);
      assertThat(server.asked("GET /api/jobs/")).hasSize(64);
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void oneWhoComesJustAsAProbeEndsDoesNotProbeAgain() throws Exception {
    CountDownLatch sawOldAnswer = new CountDownLatch(1);
    CountDownLatch otherProbed = new CountDownLatch(1);
    AtomicReference<Optional<Thread>> late = new AtomicReference<>(Optional.empty());
    InstantSource clock =
        () -> {
          if (late.get().filter(Thread.currentThread()::equals).isPresent()) {
            late.set(Optional.empty());
            sawOldAnswer.countDown();
            awaitUninterruptibly(otherProbed);
          }
          return now.get();
        };
    try (DashboardClient client =
        new DashboardClient(RemoteRay.at(DashboardAddress.parse(server.url())))) {
      RayVersion version = new RayVersion(client, clock, Duration.ofSeconds(5));
      version.current();
      now.updateAndGet(time -> time.plus(Bounds.VERSION_BELIEVED));
      CompletableFuture<RayVersion.Seen> seenLate = new CompletableFuture<>();
      Thread comesLate =
          new Thread(
              () -> {
                try {
                  seenLate.complete(version.current());
                } catch (Throwable e) {
                  seenLate.completeExceptionally(e);
                }
              });
      late.set(Optional.of(comesLate));
      comesLate.start();
      assertThat(sawOldAnswer.await(10, TimeUnit.SECONDS)).isTrue();

      RayVersion.Seen seen = version.current();
      otherProbed.countDown();

      assertThat(seenLate.get(10, TimeUnit.SECONDS)).isSameAs(seen);
      assertThat(server.asked("GET /api/version")).hasSize(2);
    }
  }

  @Test
  void aProbeThatFailedIsNotRemembered() throws Exception {
    server.on("GET /api/version", request -> Reply.text(500, "ValueError: not yet"));
    tools.failure(UPSTREAM, "list_ray_jobs", Map.of());

    server.on("GET /api/version", ScriptedDashboard.VERSION);

    tools.answer("list_ray_jobs", Map.of());
  }

  @Test
  void thoseWhoWaitForAProbeSurviveTheInterruptionOfTheOneWhoRunsIt() throws Exception {
    CountDownLatch firstArrived = new CountDownLatch(1);
    AtomicInteger probes = new AtomicInteger();
    server.on(
        "GET /api/version",
        request -> {
          if (probes.incrementAndGet() == 1) {
            firstArrived.countDown();
            new CountDownLatch(1).await(20, TimeUnit.SECONDS);
          }
          return Reply.json(ScriptedDashboard.VERSION);
        });
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try {
      Future<ToolResult> leader = callers.submit(() -> tools.call("list_ray_jobs", Map.of()));
      assertThat(firstArrived.await(10, TimeUnit.SECONDS)).isTrue();
      Future<ToolResult> follower = callers.submit(() -> tools.call("list_ray_jobs", Map.of()));

      leader.cancel(true);

      assertThat(follower.get(10, TimeUnit.SECONDS)).isInstanceOf(ToolResult.Success.class);
      assertThat(probes).hasValue(2);
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void aRestartedHeadIsNoticed() throws Exception {
    assertThat(about()).doesNotContainKey("note").containsEntry("session_name", "session_1");
    server.on("GET /api/version", ScriptedDashboard.VERSION.replace("session_1", "session_2"));

    now.updateAndGet(time -> time.plus(Bounds.VERSION_BELIEVED));

    assertThat(about()).containsEntry("session_name", "session_2").containsKey("note");
    assertThat(String.valueOf(about().get("note"))).contains("restarted", "session_1");
  }

  @Test
  void whatWasSeenBeforeAFaultIsNotBelieved() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (DashboardClient client =
        new DashboardClient(RemoteRay.at(DashboardAddress.parse(server.url())))) {
      RayVersion version = new RayVersion(client, now::get, Duration.ofSeconds(5));
      version.current();
      version.current();
      assertThat(server.asked("GET /api/version")).hasSize(1);
      server.on(
          "GET /slow",
          request -> {
            release.await(20, TimeUnit.SECONDS);
            return Reply.json("{}");
          });

      assertThatThrownBy(() -> client.bytes(Ask.get("/slow", Duration.ofMillis(100)), 10));
      version.current();

      assertThat(server.asked("GET /api/version")).hasSize(2);
      release.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> about() throws Exception {
    return (Map<String, Object>) tools.answer("list_ray_jobs", Map.of()).get("cluster");
  }
}
