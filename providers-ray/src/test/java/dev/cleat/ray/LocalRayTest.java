// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.TIMEOUT;
import static dev.cleat.FailureKind.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Starting and stopping local clusters, with a command in the place of Ray. */
class LocalRayTest extends OnFakeRay {
  @Test
  void headAndWorkersAreStartedOneAfterTheOther() throws Exception {
    RayTarget target = local.start(local.request("a").workers(2));

    assertThat(local.steps())
        .startsWith("0/4 starting the head")
        .contains("1/4 waiting for the dashboard", "2/4 starting worker 1 of 2")
        .endsWith("3/4 starting worker 2 of 2", "4/4 ready");
    assertThat(fake.calls()).hasSize(3);
    assertThat(fake.calls().get(0))
        .contains("start --block --head --port=0 --dashboard-host=127.0.0.1 --dashboard-port=0")
        .contains("--dashboard-agent-listen-port=0 --min-worker-port=0 --max-worker-port=0")
        .contains("--num-cpus=1", "--num-gpus=0")
        .contains("--object-store-memory=268435456", "--node-name=a-head");
    assertThat(fake.calls().get(2))
        .contains("start --block --address=127.0.0.1:6379", "--node-name=a-worker-2");
    assertThat(local.ray().targets()).containsExactly(target);
    assertThat(target.name()).isEqualTo("a");
    assertThat(target.gcsAddress()).contains("127.0.0.1:6379");
  }

  @Test
  void whatIsAskedForReachesTheCommand() throws Exception {
    local.start(
        local
            .request("b")
            .ports(local.freePort(), local.freePort())
            .labels(Map.of("region", "us", "team", "x"))
            .worker(
                new ClusterRequest.NodeRequest(
                    3,
                    Optional.of(2.0),
                    Optional.of(80_000_000L),
                    Map.of("tpu", 1.5),
                    Optional.of("mine"))));

    assertThat(fake.calls().get(0))
        .contains("--port=" + local.ports().get(0) + " ")
        .contains("--dashboard-port=" + local.ports().get(1) + " ")
        .contains("--labels=region=us,team=x");
    assertThat(fake.calls().get(1))
        .contains("--num-cpus=3", "--num-gpus=2", "--object-store-memory=80000000")
        .contains("--resources={\"tpu\":1.5}", "--node-name=mine", "--labels=region=us,team=x");
  }

  @Test
  void aTokenIsMadeThatOnlyItsUserCanRead() throws Exception {
    RayTarget target = local.start(local.request("c"));

    Path file = Path.of(target.tokenReference().orElseThrow());
    String token = Files.readString(file);
    assertThat(token).matches("[0-9a-f]{64}");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(directory.resolve("state")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertThat(fake.environment(1))
        .contains("RAY_AUTH_MODE=token", "RAY_AUTH_TOKEN_PATH=" + file)
        .contains("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S=0", "RAY_DASHBOARD_ENABLE_PROFILING=1")
        .contains("TOLD=by a test")
        .noneMatch(line -> line.startsWith("RAY_ADDRESS=") || line.contains(token))
        .anyMatch(line -> line.startsWith("PATH=" + fake.command().getParent() + ":"));
    assertThat(fake.dashboard().asked("GET /api/v0/nodes"))
        .isNotEmpty()
        .allMatch(asked -> ("Bearer " + token).equals(asked.headers().get("Authorization")));
    assertThat(target.dashboard().trusted()).isTrue();
    assertThat(target.toString() + target.dashboard()).doesNotContain(token);
  }

  @Test
  void stoppingEndsAllAndLeavesNothing() throws Exception {
    RayTarget target = local.start(local.request("d").workers(2));

    ClusterEnd end = local.ray().stop(target, local);

    assertThat(end.allGone()).isTrue();
    assertThat(end.parts()).extracting(ClusterEnd.Part::how).contains(ClusterEnd.How.EXITED);
    assertThat(end.parts().get(0).name()).startsWith("worker 1 (pid ");
    assertThat(end.parts().get(2).name()).startsWith("head (pid ");
    nothingIsLeft();
  }

  @Test
  void oneThatIgnoresTheSignalIsKilledAndTheOthersStillStop() throws Exception {
    fake.plan(2, "trap '' TERM; echo worker > $here/alive/$$; echo block forever; sleep 600");
    RayTarget target = local.start(local.request("e").workers(2));

    ClusterEnd end = local.ray().stop(target, local);

    assertThat(end.allGone()).isTrue();
    assertThat(end.parts().get(0).how()).isEqualTo(ClusterEnd.How.KILLED);
    assertThat(end.parts().get(1).how()).isEqualTo(ClusterEnd.How.EXITED);
    assertThat(end.parts().get(2).how()).isEqualTo(ClusterEnd.How.EXITED);
    nothingIsLeft();
  }

  @Test
  void whatRunsInASessionOfItsOwnIsEndedToo() throws Exception {
    fake.plan(1, "setsid sleep 600 & echo head > $here/alive/$!");
    RayTarget target = local.start(local.request("f"));
    List<Long> all = fake.alive();

    ClusterEnd end = local.ray().stop(target, local);

    assertThat(all).hasSize(2).noneMatch(LocalClusters::runs);
    assertThat(end.allGone()).isTrue();
    assertThat(end.parts().get(1).how()).isEqualTo(ClusterEnd.How.KILLED);
    assertThat(end.parts().get(1).detail()).contains("sleep (pid ");
  }

  @Test
  void aPortThatWasTakenMeanwhileIsTriedAgain() throws Exception {
    fake.plan(1, "echo \"RuntimeError: Failed to bind to address 127.0.0.1:$client; x\"; exit 1");

    RayTarget target = local.start(local.request("g"));

    assertThat(fake.calls()).hasSize(2);
    assertThat(local.ray().targets()).containsExactly(target);
  }

  @Test
  void aPortThatStaysTakenIsAFailure() throws Exception {
    for (int call = 1; call <= 4; call++) {
      fake.plan(call, "echo \"RuntimeError: Failed to bind to address 127.0.0.1:$client\"; exit 1");
    }

    failure(UPSTREAM, local.request("g"));

    assertThat(fake.calls()).hasSize(3);
    nothingIsLeft();
  }

  @Test
  void aHeadThatExitsIsQuoted() throws Exception {
    fake.plan(1, "echo 'Traceback:'; echo '  File x'; echo 'ValueError: no luck'; exit 3");

    ToolFailure failure = failure(UPSTREAM, local.request("h").workers(1));

    assertThat(failure)
        .hasMessage("Starting the head failed. Its process exited with 3: ValueError: no luck");
    nothingIsLeft();
  }

  @Test
  void aDashboardThatIsSilentIsWaitedForNoLongerThanAllowed() throws Exception {
    try (ServerSocket silent = new ServerSocket(0);
        FakeRay other =
            new FakeRay(
                directory.resolve("other"),
                Optional.of("http://127.0.0.1:" + silent.getLocalPort()))) {
      LocalClusters clusters = new LocalClusters(other.command(), directory.resolve("state"));
      ToolFailure failure =
          catchThrowableOfType(
              ToolFailure.class,
              () -> clusters.start(clusters.request("i").timeout(Duration.ofSeconds(3))));
      clusters.close();

      assertThat(failure.kind()).isEqualTo(TIMEOUT);
      assertThat(failure)
          .hasMessageContaining("Waiting for the dashboard was not done within 3.0 s")
          .hasMessageContaining("no answer in");
      assertThat(other.alive()).noneMatch(LocalClusters::runs);
    }
    nothingIsLeft();
  }

  @Test
  void ifASecondWorkerFailsNothingIsLeft() throws Exception {
    fake.plan(3, "echo 'PANIC scripts.py:1 -- this one not'; exit 1");

    ToolFailure failure = failure(UPSTREAM, local.request("j").workers(3));

    assertThat(failure)
        .hasMessage("Starting worker 2 of 3 failed. Its process exited with 1: this one not");
    assertThat(fake.calls()).hasSize(3);
    nothingIsLeft();
  }

  @Test
  void anInterruptLeavesNothing() throws Exception {
    fake.plan(3, "sleep 600");
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<RayTarget> start = threads.submit(() -> local.start(local.request("k").workers(3)));
      Eventually.see(Duration.ofSeconds(30), fake::calls, calls -> calls.size() == 3);
      threads.shutdownNow();

      assertThat(catchThrowableOfType(java.util.concurrent.ExecutionException.class, start::get))
          .hasCauseInstanceOf(InterruptedException.class);
    } finally {
      threads.shutdownNow();
    }
    nothingIsLeft();
  }

  @Test
  void aListenerThatThrowsLeavesNothing() throws Exception {
    ToolFailure gone = new ToolFailure(FailureKind.CANCELLED, "The caller has gone.", "");
    Steps steps =
        (done, total, doing) -> {
          if (doing.startsWith("starting worker 2")) {
            throw gone;
          }
        };

    assertThat(
            catchThrowableOfType(
                ToolFailure.class,
                () -> local.ray().start(local.request("l").workers(2).build(), steps)))
        .isSameAs(gone);

    nothingIsLeft();
  }

  @Test
  void aReaderSeesAWholeClusterOrNone() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> reader =
          threads.submit(
              () -> {
                int looks = 0;
                while (!done.get()) {
                  for (RayTarget target : local.ray().targets()) {
                    ClusterRecord record = ((LocalCluster) target).record();
                    assertThat(record.nodes()).hasSize(3).allMatch(n -> n.nodeId().isPresent());
                  }
                  looks++;
                }
                return looks;
              });
      RayTarget target = local.start(local.request("m").workers(2));
      assertThat(local.ray().stop(target, local).allGone()).isTrue();
      fake.plan(6, "exit 1");
      failure(UPSTREAM, local.request("m").workers(2));
      done.set(true);
      assertThat(reader.get()).isPositive();
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
  }

  private ToolFailure failure(FailureKind kind, LocalClusters.Request request) {
    ToolFailure failure = catchThrowableOfType(ToolFailure.class, () -> local.start(request));
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    return failure;
  }

  private void nothingIsLeft() throws Exception {
    assertThat(local.ray().targets()).isEmpty();
    assertThat(fake.alive()).noneMatch(LocalClusters::runs);
    assertThat(local.stateFiles()).isSubsetOf("lock");
    assertThat(local.directories()).allMatch(made -> !Files.exists(made));
  }
}
