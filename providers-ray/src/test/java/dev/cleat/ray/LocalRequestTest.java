// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Which clusters can be asked for, and who gets a name. */
class LocalRequestTest extends OnFakeRay {
  @Test
  void ofManyWhoWantOneNameOneGetsIt() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Callable<String>> starts =
          Collections.nCopies(
              8,
              () -> {
                try {
                  return local.start(local.request("q")).name();
                } catch (ToolFailure failure) {
                  return failure.kind().wireName();
                }
              });
      List<String> outcomes = new ArrayList<>();
      for (Future<String> outcome : threads.invokeAll(starts)) {
        outcomes.add(outcome.get());
      }

      assertThat(outcomes).containsOnlyOnce("q").hasSize(8).containsOnly("q", "conflict");
      assertThat(fake.calls()).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void severalStartSideBySide() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<RayTarget>> starts =
          threads.invokeAll(Collections.nCopies(4, () -> local.start(local.request().workers(1))));
      List<RayTarget> targets = new ArrayList<>();
      for (Future<RayTarget> start : starts) {
        targets.add(start.get());
      }

      assertThat(local.ray().targets()).containsExactlyInAnyOrderElementsOf(targets).hasSize(4);
      assertThat(targets).extracting(RayTarget::tokenReference).doesNotHaveDuplicates();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void namesAreUniqueAndChecked() throws Exception {
    local.start(local.request("n"));

    assertThat(failure(CONFLICT, local.request("n"))).hasMessageContaining("\"n\" already");
    assertThat(failure(INVALID_ARGUMENT, local.request("../n"))).hasMessageContaining("../n");
    failure(INVALID_ARGUMENT, local.request("N"));
    failure(INVALID_ARGUMENT, local.request("a".repeat(41)));
    assertThat(local.start(local.request()).name()).matches("ray-[a-z0-9]{4}");
    assertThat(local.ray().targets()).hasSize(2);
  }

  @Test
  void whatRayWouldRefuseIsRefusedBefore() throws Exception {
    failure(INVALID_ARGUMENT, local.request("o").labels(Map.of("a b", "c")));
    failure(INVALID_ARGUMENT, local.request("o").labels(Map.of("a", "b,c=d")));
    failure(INVALID_ARGUMENT, local.request("o").labels(Map.of("ray.io/x", "y")));
    failure(INVALID_ARGUMENT, local.request("o").worker(node(1, 0.5, 100_000_000, Map.of())));
    failure(INVALID_ARGUMENT, local.request("o").worker(node(-1, 0, 100_000_000, Map.of())));
    failure(INVALID_ARGUMENT, local.request("o").worker(node(1, 0, 1000, Map.of())));
    failure(
        INVALID_ARGUMENT, local.request("o").worker(node(1, 0, 100_000_000, Map.of("CPU", 1.0))));
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThat(failure(CONFLICT, local.request("o").ports(taken.getLocalPort(), 0)))
          .hasMessageContaining("head_node_port");
    }
    assertThat(fake.calls()).isEmpty();
    assertThat(local.stateFiles()).isEmpty();
  }

  @Test
  void withoutACommandItIsSaidHowToGetOne() throws Exception {
    LocalClusters without =
        new LocalClusters(directory.resolve("nothing"), directory.resolve("state"));

    ToolFailure failure =
        catchThrowableOfType(ToolFailure.class, () -> without.start(without.request("p")));
    without.close();

    assertThat(failure.kind()).isEqualTo(UNAVAILABLE);
    assertThat(failure.hint()).contains("ray[default]", "providers.ray.rayCommand");
  }

  private static ClusterRequest.NodeRequest node(
      int cpus, double gpus, long store, Map<String, Double> resources) {
    return new ClusterRequest.NodeRequest(
        cpus, Optional.of(gpus), Optional.of(store), resources, Optional.empty());
  }

  private ToolFailure failure(FailureKind kind, LocalClusters.Request request) {
    ToolFailure failure = catchThrowableOfType(ToolFailure.class, () -> local.start(request));
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    return failure;
  }
}
