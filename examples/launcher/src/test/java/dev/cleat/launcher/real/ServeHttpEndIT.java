// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static dev.cleat.launcher.real.Seen.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a running call comes to when {@code ./cleat serve --http} or its client ends. The call goes
 * through it to a foreign server, which tells when it begins and ends.
 */
@ExtendWith(NoLeaks.class)
class ServeHttpEndIT {
  private static final int SOON_SECONDS = 20;

  @TempDir Path scratch;

  private Peers peers;
  private Listening upstream;
  private Listening served;

  @BeforeEach
  void serve() throws Exception {
    peers = Peers.prepared(scratch);
    upstream = peers.server(scratch, ForeignServer.GO_NEWER, 0);
    served = served(upstream);
  }

  @AfterEach
  void end() throws Exception {
    served.close();
    upstream.close();
    Leftovers.assertNoneIn(scratch);
  }

  @ParameterizedTest
  @EnumSource(names = {"PYTHON_OLDER", "PYTHON_NEWER"})
  void onSigtermARunningCallIsAnsweredAndThenNothingIsLeft(ForeignClient client) throws Exception {
    CompletableFuture<Seen> running =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return peers.see(scratch, client, Map.of("url", served.url()), counting(2));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            },
            task -> new Thread(task).start());
    upstream.awaitSaid("count began");

    served.terminate();

    Seen seen = running.get(SOON_SECONDS, TimeUnit.SECONDS);
    assertThat(at(seen.call(0), "text")).isEqualTo("counted to 20");
    assertThat(served.awaitExit()).isZero();
    try (ServerSocket free = new ServerSocket(served.port(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(free.isBound()).isTrue();
    }
  }

  @Test
  void sigtermWithoutACallEndsItAtOnce() throws Exception {
    served.terminate();

    assertThat(served.awaitExit()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"PYTHON_NEWER", "TYPESCRIPT_2_NEWER", "GO_NEWER"})
  void aKilledClientOfTheNewerEraCancelsItsCallUpstream(ForeignClient client) throws Exception {
    Process running = peers.start(scratch, client, Map.of("url", served.url()), counting(60));
    try {
      upstream.awaitSaid("count began");
    } finally {
      running.destroyForcibly();
    }

    upstream.awaitSaid("count was cancelled");
  }

  @Test
  void theCancellationReachesAServerOfTheOlderEraToo() throws Exception {
    try (Listening older = peers.server(scratch, ForeignServer.GO_OLDER, 0)) {
      served.close();
      served = served(older);
      Process running =
          peers.start(scratch, ForeignClient.GO_NEWER, Map.of("url", served.url()), counting(60));
      try {
        older.awaitSaid("count began");
      } finally {
        running.destroyForcibly();
      }

      older.awaitSaid("count was cancelled");
    }
  }

  private Listening served(Listening upstreamServer) throws Exception {
    return Served.overHttp(
        scratch,
        Map.of("mcpServers", Map.of("peer", Map.of("url", upstreamServer.url()))),
        "--allow-destructive");
  }

  private static Map<String, Object> counting(int seconds) {
    Map<String, Object> arguments = Map.of("steps", seconds * 10, "seconds", seconds);
    return Map.of(
        "await", List.of("peer__count"),
        "calls", List.of(Map.of("tool", "peer__count", "arguments", arguments)));
  }
}
