// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign HTTP servers are killed while they are called, and come back on the same port. */
@ExtendWith(NoLeaks.class)
class ForeignHttpServerLifeIT {
  // Far below the minute that the calls of these tests would take, and the two that a call may.
  private static final int SOON_SECONDS = 20;

  private static Peers peers;

  @TempDir Path scratch;

  @BeforeAll
  static void install(@TempDir Path folder) throws Exception {
    peers = Peers.prepared(folder);
  }

  @ParameterizedTest
  @EnumSource
  void ofAKilledServerNobodyKnowsWhatItDidAndItsSuccessorIsCalledAsBefore(ForeignServer server)
      throws Exception {
    isKilledAndComesBack(
        port -> start(server, port),
        ToolCall.of("peer__count", Map.of("steps", 600, "seconds", 60)),
        "peer__echo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"streamableHttp", "sse"})
  void theReferenceServerIsKilledAndComesBack(String mode) throws Exception {
    isKilledAndComesBack(
        port -> startEverything(mode, port),
        ToolCall.of("peer__trigger-long-running-operation", Map.of("duration", 60, "steps", 600)),
        "peer__echo");
  }

  @Test
  void interruptingTheCallerEndsTheCallAtTheServer() throws Exception {
    try (Listening server = start(ForeignServer.GO_NEWER, 0);
        McpRegistry registry = McpRegistry.create()) {
      registry.register("peer", ClientDefinition.url(server.url()));
      Progress progress = new Progress();
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      ToolCall call = ToolCall.of("peer__count", Map.of("steps", 600, "seconds", 60));
      Thread caller =
          new Thread(
              () -> {
                try {
                  registry.callTool(call.withListener(progress));
                } catch (McpException e) {
                  end.complete(e);
                }
              });

      caller.start();
      progress.awaitFirst();
      caller.interrupt();

      assertThat(end.get(SOON_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(McpException.Cancelled.class);
      server.awaitSaid("count was cancelled");
    }
  }

  private static void isKilledAndComesBack(
      IntFunction<Listening> start, ToolCall longCall, String echo) throws Exception {
    Listening first = start.apply(0);
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("peer", ClientDefinition.url(first.url()));
      Progress progress = new Progress();
      CompletableFuture<ToolResult> running =
          CompletableFuture.supplyAsync(
              () -> registry.callTool(longCall.withListener(progress)),
              task -> new Thread(task).start());
      progress.awaitFirst();

      first.kill();

      assertThatThrownBy(() -> running.get(SOON_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(McpException.OutcomeUnknown.class);
      first.awaitExit();
      // Unknown when it went into a connection of which nobody had read the end yet.
      assertThatThrownBy(() -> registry.callTool(echo, Map.of("message", "anybody?")))
          .isInstanceOfAny(McpException.NotSent.class, McpException.OutcomeUnknown.class);

      try (Listening second = start.apply(first.port())) {
        registry.register("peer", ClientDefinition.url(second.url()));
        assertThat(registry.callTool(echo, Map.of("message", "back")).text())
            .isEqualTo("Echo: back");
      }
    } finally {
      first.close();
    }
  }

  private Listening start(ForeignServer server, int port) {
    try {
      return peers.server(scratch, server, port);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Listening startEverything(String mode, int port) {
    try {
      return peers.everythingOverHttp(scratch, mode, port);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
