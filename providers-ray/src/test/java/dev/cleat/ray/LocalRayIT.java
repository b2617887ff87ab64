// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Local clusters of real Ray. Run with {@code mvn -P real verify}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LocalRayIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private Path state;
  private Path command;
  private LocalClusters local;
  private RayTarget main;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    state = directory.resolve("state");
    command = RealRay.command();
    local = new LocalClusters(command, state);
    main = local.start(local.request("main").workers(1).labels(Map.of("region", "us")));
  }

  @AfterEach
  void onlyTheMainOneIsThere() throws Exception {
    assertThat(local.stateFiles()).isSubsetOf("lock", "main.json", "main.token");
  }

  @AfterAll
  void stop() throws Exception {
    local.close();

    assertThat(local.stateFiles()).containsExactly("lock");
    assertThat(local.directories()).isNotEmpty();
    for (Path directory : local.directories()) {
      assertThat(directory).doesNotExist();
      assertThat(LocalClusters.leftOf(directory)).as("left of " + directory).isEmpty();
    }
  }

  @Test
  @Order(1)
  void onlyItsTokenOpensIt() throws Exception {
    assertThat(version(Optional.empty())).isEqualTo(401);
    assertThat(version(Optional.of("0".repeat(64)))).isEqualTo(403);
    assertThat(version(main.dashboard().token())).isEqualTo(200);
  }

  @Test
  @Order(2)
  void jobsRunOnIt() throws Exception {
    try (OpenTools tools = tools()) {
      Map<String, Object> job =
          tools.answer(
              "submit_ray_job",
              Map.of(
                  "entrypoint",
                  "python -c 'import ray; ray.init(); print(len(ray.nodes()), \"nodes\")'",
                  "job_id",
                  "count",
                  "wait_seconds",
                  120));
      assertThat(job).as(job.toString()).containsEntry("status", "succeeded");
      assertThat(tools.answer("retrieve_logs", Map.of("identifier", "count")).toString())
          .contains("2 nodes");
    }
  }

  @Test
  @Order(3)
  void oneOfTwoIsStoppedWithAJobThatRuns() throws Exception {
    RayTarget other = local.start(local.request("other"));
    Path directory = ((LocalCluster) other).record().directory();
    // A driver is in a session of its own, and what it starts can be in another one.
    submit(other, "setsid sleep 601 & sleep 602");
    Eventually.see(SOON, () -> drivers(directory), drivers -> drivers.size() >= 3);

    ClusterEnd end = local.ray().stop(other, local);

    assertThat(end.allGone()).as(end.toString()).isTrue();
    assertThat(LocalClusters.leftOf(directory)).isEmpty();
    assertThat(directory).doesNotExist();
    assertThat(version(main.dashboard().token())).isEqualTo(200);
    assertThat(alive(main)).isEqualTo(2);
  }

  @Test
  @Order(4)
  void workersAreAddedAndTakenAway() throws Exception {
    ClusterScaled none = scale(0);
    assertThat(none.before()).isEqualTo(1);
    assertThat(none.after()).isZero();
    assertThat(none.steps()).singleElement().asString().contains("was idle");
    assertThat(alive(main)).isEqualTo(1);

    ClusterScaled one = scale(1);
    assertThat(one.before()).isZero();
    assertThat(one.after()).isEqualTo(1);
    assertThat(alive(main)).isEqualTo(2);
    assertThat(local.processes(local.target("main"))).hasSize(2).allMatch(ProcessId::runs);
  }

  @Test
  @Order(5)
  void aSupervisorOfAJobThatWaitsForEverIsEnded() throws Exception {
    try (OpenTools tools = tools()) {
      tools.answer(
          "submit_ray_job",
          Map.of("entrypoint", "echo never", "job_id", "gpu", "entrypoint_num_gpus", 1));
      Eventually.see(
          SOON,
          () -> tools.answer("inspect_ray_job", Map.of("job_id", "gpu", "mode", "full")),
          job -> job.get("details").toString().contains("supervisor=PENDING_CREATION"));

      local.ray().killSupervisor(local.target("main"), "_ray_internal_job_actor_gpu");

      Eventually.see(
          SOON,
          () -> tools.answer("inspect_ray_job", Map.of("job_id", "gpu")),
          job -> "failed".equals(job.get("status")));
    }
  }

  @Test
  @Order(6)
  void aClusterOutlivesItsLauncherAndIsAdopted() throws Exception {
    Process launcher = StartsACluster.launch(command, state, "adopted");
    try {
      RayTarget seen =
          Eventually.see(
                  Duration.ofSeconds(120),
                  () -> find("adopted"),
                  found -> found.isPresent() || !launcher.isAlive())
              .orElseThrow();
      launcher.destroyForcibly().waitFor();
      Path directory = ((LocalCluster) seen).record().directory();

      RayTarget adopted = local.target("adopted");
      assertThat(alive(adopted)).isEqualTo(1);
      local
          .ray()
          .scale(adopted, new ScaleRequest(1, Optional.empty(), Duration.ZERO, false), local);
      assertThat(alive(adopted)).isEqualTo(2);
      ClusterEnd end = local.ray().stop(local.target("adopted"), local);

      assertThat(end.allGone()).as(end.toString()).isTrue();
      assertThat(end.parts()).extracting(ClusterEnd.Part::how).contains(ClusterEnd.How.EXITED);
      assertThat(LocalClusters.leftOf(directory)).isEmpty();
    } finally {
      launcher.destroyForcibly().waitFor();
    }
  }

  @Test
  @Order(7)
  void whatALauncherLeftHalfStartedIsEndedByTheNext() throws Exception {
    Process launcher = StartsACluster.launch(command, state, "half");
    Path directory =
        Eventually.see(
                SOON,
                () -> local.record("half").filter(record -> !record.nodes().isEmpty()),
                found -> found.isPresent() || !launcher.isAlive())
            .orElseThrow()
            .directory();
    launcher.destroyForcibly().waitFor();

    try (LocalClusters next = new LocalClusters(command, state)) {
      Eventually.see(SOON, () -> next.record("half"), Optional::isEmpty);
    }
    assertThat(LocalClusters.leftOf(directory)).isEmpty();
    assertThat(directory).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gcs_server", "raylet", "dashboard.py", "start --block --head"})
  @Order(8)
  void whicheverProcessIsKilledNothingIsLeft(String victim) throws Exception {
    RayTarget target = local.start(local.request("victim"));
    Path directory = ((LocalCluster) target).record().directory();
    submit(target, "sleep 603");
    Eventually.see(SOON, () -> drivers(directory), drivers -> !drivers.isEmpty());
    List<ProcessHandle> killed =
        LocalClusters.leftOf(directory).stream()
            .filter(process -> LocalClusters.commandLine(process).contains(victim))
            .toList();
    assertThat(killed).isNotEmpty();
    killed.forEach(ProcessHandle::destroyForcibly);

    ClusterEnd end = local.ray().stop(target, local);

    assertThat(end.allGone()).as(end.toString()).isTrue();
    assertThat(LocalClusters.leftOf(directory)).isEmpty();
    assertThat(directory).doesNotExist();
  }

  @Test
  @Order(9)
  void anInterruptAtAnyMomentLeavesNothing() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int round = 0; round < 3; round++) {
        Future<RayTarget> start =
            threads.submit(() -> local.start(local.request("never").workers(2)));
        long millis = ThreadLocalRandom.current().nextLong(5000);
        List<String> before = new ArrayList<>(local.steps());
        try {
          start.get(millis, TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException | ExecutionException e) {
          // As meant.
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        threads = Executors.newCachedThreadPool();
        find("never")
            .ifPresent(
                target -> {
                  throw new AssertionError("interrupted after " + millis + " ms: " + before);
                });
        for (Path directory : local.directories()) {
          if (!directory.equals(((LocalCluster) main).record().directory())) {
            assertThat(LocalClusters.leftOf(directory)).as("after " + millis + " ms").isEmpty();
            assertThat(directory).as("after " + millis + " ms").doesNotExist();
          }
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  @Order(10)
  void aWorkerThatWasKilledIsStoppedWithTheRest() throws Exception {
    Path directory = ((LocalCluster) main).record().directory();
    LocalClusters.kill(local.processes(local.target("main")).get(1));

    ClusterEnd end = local.ray().stop(local.target("main"), local);

    assertThat(end.allGone()).as(end.toString()).isTrue();
    assertThat(end.parts().get(0).how()).isEqualTo(ClusterEnd.How.ALREADY_GONE);
    assertThat(LocalClusters.leftOf(directory)).isEmpty();
    assertThat(local.ray().targets()).isEmpty();
  }

  private int version(Optional<String> token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(main.dashboard().address() + "/api/version"));
    token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** Tools over the main one alone, which is not ended with them. */
  private OpenTools tools() {
    RayBackend only =
        new RayBackend() {
          @Override
          public RayKind kind() {
            return RayKind.LOCAL;
          }

          @Override
          public List<RayTarget> targets() {
            return List.of(local.target("main"));
          }

          @Override
          public ClusterEnd stop(RayTarget target, Steps steps) {
            throw new AssertionError();
          }

          @Override
          public void close() {}
        };
    return OpenTools.over(
        RayToolProvider.toolsOf(
            List.of(only), Duration.ofSeconds(10), InstantSource.system(), new SecureRandom()));
  }

  private void submit(RayTarget target, String entrypoint) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(target.dashboard().address() + "/api/jobs/"))
            .header("Authorization", "Bearer " + target.dashboard().token().orElseThrow())
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"entrypoint\":\"" + entrypoint + "\",\"submission_id\":\"sleeper\"}"))
            .build();
    assertThat(
            HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(200);
  }

  private static List<ProcessHandle> drivers(Path directory) {
    return LocalClusters.leftOf(directory).stream()
        .filter(process -> LocalClusters.commandLine(process).contains("sleep 60"))
        .toList();
  }

  private ClusterScaled scale(int workers) throws Exception {
    return local
        .ray()
        .scale(
            local.target("main"),
            new ScaleRequest(workers, Optional.empty(), Duration.ofSeconds(30), false),
            local);
  }

  private int alive(RayTarget target) throws Exception {
    try (RayCluster cluster =
        new RayCluster(local.ray(), target, Duration.ofSeconds(10), InstantSource.system())) {
      return (int) cluster.state().nodes().stream().filter(RayNode::alive).count();
    }
  }

  private Optional<RayTarget> find(String name) {
    return local.ray().targets().stream().filter(t -> t.name().equals(name)).findFirst();
  }
}
