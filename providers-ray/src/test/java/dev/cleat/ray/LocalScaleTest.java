// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static dev.cleat.FailureKind.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.ToolFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** More and fewer workers, and what else is done to a cluster that runs. */
class LocalScaleTest extends OnFakeRay {
  @Test
  void moreAreLikeTheLastOne() throws Exception {
    RayTarget target =
        local.start(
            local
                .request("a")
                .workers(1)
                .worker(
                    new ClusterRequest.NodeRequest(
                        3,
                        Optional.of(1.0),
                        Optional.empty(),
                        Map.of("x", 2.0),
                        Optional.of("n"))));

    ClusterScaled scaled = scale(target, 4);

    assertThat(scaled.before()).isEqualTo(2);
    assertThat(scaled.after()).isEqualTo(4);
    assertThat(scaled.steps()).hasSize(2).allMatch(step -> step.contains("with 3 CPUs, 1 GPU"));
    assertThat(fake.calls().get(4))
        .contains("--num-cpus=3", "--num-gpus=1", "--resources={\"x\":2.0}")
        .contains("--node-name=a-worker-4");
    assertThat(local.steps()).contains("0/2 starting worker 1 of 2", "1/2 starting worker 2 of 2");
  }

  @Test
  void idleOnesGoFirst() throws Exception {
    RayTarget target = local.start(local.request("b").workers(3));
    List<ProcessId> before = local.processes(target);
    fake.busy(node(before, 1), node(before, 3));

    ClusterScaled scaled = scale(target, 2);

    assertThat(scaled.after()).isEqualTo(2);
    assertThat(scaled.steps()).singleElement().asString().contains("worker 2 (pid ", "was idle");
    assertThat(before.get(2).runs()).isFalse();
    assertThat(local.processes(local.target("b")))
        .containsExactly(before.get(0), before.get(1), before.get(3));
  }

  @Test
  void anActorThatUsesNothingKeepsItsWorkerBusy() throws Exception {
    RayTarget target = local.start(local.request("c").workers(2));
    List<ProcessId> before = local.processes(target);
    fake.dashboard()
        .on(
            "GET /api/v0/actors",
            asked ->
                ScriptedDashboard.Reply.json(
                    asked.query().contains("node-" + before.get(2).pid())
                        ? ScriptedDashboard.rows("{\"actor_id\":\"a\"}")
                        : ScriptedDashboard.rows()));

    scale(target, 1);

    assertThat(before.get(1).runs()).isFalse();
    assertThat(before.get(2).runs()).isTrue();
  }

  @Test
  void busyOnesMayFinishFirst() throws Exception {
    RayTarget target = local.start(local.request("d").workers(1));
    fake.busy(node(local.processes(target), 1));
    Steps finishing =
        (done, total, doing) -> {
          local.at(done, total, doing);
          if (doing.startsWith("waiting for 1 busy worker to finish")) {
            fake.busy();
          }
        };

    ClusterScaled scaled =
        local.ray().scale(target, request(0, Duration.ofMinutes(2), false), finishing);

    assertThat(scaled.steps()).singleElement().asString().contains("was idle");
    assertThat(local.steps()).anyMatch(step -> step.contains("waiting for 1 busy worker"));
  }

  @Test
  void afterThatTheyGoAllTheSame() throws Exception {
    RayTarget target = local.start(local.request("e").workers(1));
    fake.busy(node(local.processes(target), 1));

    assertThat(scale(target, 0).steps()).singleElement().asString().contains("was BUSY");
  }

  @Test
  void anInterruptWhileTheyFinishChangesNothing() throws Exception {
    RayTarget target = local.start(local.request("f").workers(2));
    List<ProcessId> before = local.processes(target);
    fake.busy(node(before, 1), node(before, 2));
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<ClusterScaled> scaled =
          threads.submit(
              () -> local.ray().scale(target, request(0, Duration.ofMinutes(5), false), local));
      Eventually.see(
          Duration.ofSeconds(30),
          local::steps,
          steps -> steps.stream().anyMatch(step -> step.contains("busy workers")));
      threads.shutdownNow();

      assertThat(catchThrowableOfType(ExecutionException.class, scaled::get))
          .hasCauseInstanceOf(InterruptedException.class);
    } finally {
      threads.shutdownNow();
    }
    assertThat(local.processes(local.target("f"))).isEqualTo(before).allMatch(ProcessId::runs);
  }

  @Test
  void aListenerThatThrowsLeavesNoWorkerHalfEnded() throws Exception {
    RayTarget target = local.start(local.request("m").workers(2));
    List<ProcessId> before = local.processes(target);
    IllegalStateException gone = new IllegalStateException("The caller has gone.");
    Steps steps =
        (done, total, doing) -> {
          throw gone;
        };

    assertThat(
            catchThrowableOfType(
                IllegalStateException.class,
                () -> local.ray().scale(target, request(0, Duration.ZERO, false), steps)))
        .isSameAs(gone);

    assertThat(local.processes(local.target("m"))).containsExactly(before.get(0));
    assertThat(before.subList(1, 3)).noneMatch(ProcessId::runs);
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    RayTarget target = local.start(local.request("g").workers(2));
    List<ProcessId> before = local.processes(target);
    fake.busy(node(before, 2));

    ClusterScaled fewer = local.ray().scale(target, request(0, Duration.ZERO, true), local);
    ClusterScaled more = local.ray().scale(target, request(3, Duration.ZERO, true), local);

    assertThat(fewer.after()).isZero();
    assertThat(fewer.steps().get(0)).contains("would stop worker 1", "idle");
    assertThat(fewer.steps().get(1)).contains("would stop worker 2", "BUSY");
    assertThat(more.steps()).containsExactly("would start 1 worker with 1 CPU");
    assertThat(local.processes(local.target("g"))).isEqualTo(before).allMatch(ProcessId::runs);
    assertThat(fake.calls()).hasSize(3);
  }

  @Test
  void ifOneCannotBeAddedThoseBeforeItGoAgain() throws Exception {
    RayTarget target = local.start(local.request("h"));
    fake.plan(3, "echo 'OSError: no room'; exit 1");

    ToolFailure failure = catchThrowableOfType(ToolFailure.class, () -> scale(target, 3));

    assertThat(failure.kind()).isEqualTo(UPSTREAM);
    assertThat(failure)
        .hasMessage("Starting worker 2 of 3 failed. Its process exited with 1: OSError: no room");
    assertThat(local.processes(local.target("h"))).hasSize(1).allMatch(ProcessId::runs);
    assertThat(fake.alive()).hasSize(1);
  }

  @Test
  void aWorkerThatHasGoneIsReplaced() throws Exception {
    RayTarget target = local.start(local.request("i").workers(1));
    local.processes(target).get(1).kill();
    Eventually.see(
        Duration.ofSeconds(10), () -> local.processes(target).get(1).runs(), runs -> !runs);

    ClusterScaled scaled = scale(target, 1);

    assertThat(scaled.before()).isZero();
    assertThat(scaled.after()).isEqualTo(1);
    assertThat(scaled.steps().get(0)).contains("worker 1", "had ended already");
  }

  @Test
  void whatCannotBeIsSaid() throws Exception {
    RayTarget target = local.start(local.request("j"));

    ToolFailure grouped =
        catchThrowableOfType(
            ToolFailure.class,
            () ->
                local
                    .ray()
                    .scale(
                        target,
                        new ScaleRequest(1, Optional.of("gpu"), Duration.ZERO, false),
                        local));
    ToolFailure many = catchThrowableOfType(ToolFailure.class, () -> scale(target, 1000));

    assertThat(grouped.kind()).isEqualTo(INVALID_ARGUMENT);
    assertThat(many.kind()).isEqualTo(INVALID_ARGUMENT);
  }

  @Test
  void aHeadThatHasGoneIsSaidToBeGoneAndCleanedUp() throws Exception {
    RayTarget target = local.start(local.request("k").workers(1));
    local.processes(target).get(0).kill();
    Eventually.see(
        Duration.ofSeconds(10), () -> local.processes(target).get(0).runs(), runs -> !runs);

    RayTarget listed = local.target("k");
    ToolFailure failure = catchThrowableOfType(ToolFailure.class, listed::dashboard);
    assertThat(failure.kind()).isEqualTo(UNAVAILABLE);
    assertThat(failure).hasMessageContaining("lost its head");
    assertThat(failure.hint()).contains("stop_ray_cluster");
    assertThat(catchThrowableOfType(ToolFailure.class, () -> scale(listed, 2)).kind())
        .isEqualTo(UNAVAILABLE);

    ClusterEnd end = local.ray().stop(listed, local);

    assertThat(end.allGone()).isTrue();
    assertThat(end.parts().get(1).how()).isEqualTo(ClusterEnd.How.ALREADY_GONE);
    assertThat(local.ray().targets()).isEmpty();
  }

  @Test
  void aSupervisorIsEndedByTheCommandOfRay() throws Exception {
    RayTarget target = local.start(local.request("l"));
    fake.plan(2, "exit 0").plan(3, "echo 'ValueError: no such actor'; exit 1");

    local.ray().killSupervisor(target, "_ray_internal_job_actor_x");

    assertThat(fake.calls().get(1))
        .isEqualTo(
            "kill-actor --address=127.0.0.1:6379 --name=_ray_internal_job_actor_x"
                + " --namespace=SUPERVISOR_ACTOR_RAY_NAMESPACE --force --no-restart");
    assertThat(fake.environment(2))
        .contains("RAY_AUTH_TOKEN_PATH=" + target.tokenReference().orElseThrow());
    assertThat(
            catchThrowableOfType(
                ToolFailure.class, () -> local.ray().killSupervisor(target, "other")))
        .hasMessage("`ray kill-actor` failed: ValueError: no such actor");
  }

  private ClusterScaled scale(RayTarget target, int workers) throws InterruptedException {
    return local.ray().scale(target, request(workers, Duration.ZERO, false), local);
  }

  private static ScaleRequest request(int workers, Duration drain, boolean dry) {
    return new ScaleRequest(workers, Optional.empty(), drain, dry);
  }

  private static String node(List<ProcessId> processes, int number) {
    return "node-" + processes.get(number).pid();
  }
}
