// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.McpRegistry;
import dev.cleat.registry.RegistrySnapshot;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Servers that others wrote are replaced, killed and cancelled while they are called. */
@ExtendWith(NoLeaks.class)
class ForeignServerLifeIT {
  private static final int CALLERS = 8;
  private static final int REPLACEMENTS = 3;

  // Longer than another server takes to start.
  private static final int DRAIN_SECONDS = 8;

  // Far below the minute that the calls of these tests would take, and the two that a call may.
  private static final int SOON_SECONDS = 20;

  private static Peers peers;

  @TempDir Path scratch;

  @BeforeAll
  static void install(@TempDir Path folder) throws Exception {
    peers = Peers.prepared(folder);
  }

  @Test
  void interruptingTheCallerCancelsTheCallAtTheServer() throws Exception {
    Path log = scratch.resolve("sent");
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("everything", peers.everythingLoggedTo(log));
      Progress progress = new Progress();
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  registry.callTool(longOperation("everything", 60).withListener(progress));
                } catch (McpException e) {
                  end.set(e);
                }
              });

      caller.start();
      progress.awaitFirst();
      caller.interrupt();
      caller.join(TimeUnit.SECONDS.toMillis(SOON_SECONDS));

      assertThat(end.get())
          .isInstanceOfSatisfying(
              McpException.Cancelled.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
      assertThat(echo(registry, "still there")).isEqualTo("Echo: still there");
    }
    List<Map<?, ?>> sent = messages(log);
    Object call = only(sent, "tools/call", "trigger-long-running-operation").get("id");
    Map<?, ?> cancelled = only(sent, "notifications/cancelled", "interrupted");
    assertThat(((Map<?, ?>) cancelled.get("params")).get("requestId")).isEqualTo(call);
  }

  @Test
  void aCallThatRunsIsFinishedByTheServerItWasSentTo() throws Exception {
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("everything", peers.everything());
      Progress progress = new Progress();
      CompletableFuture<ToolResult> running =
          inBackground(
              () ->
                  registry.callTool(
                      longOperation("everything", DRAIN_SECONDS).withListener(progress)));
      progress.awaitFirst();

      registry.register("everything", peers.everything());
      List<RegistrySnapshot.State> states =
          registry.snapshot().clients().stream().map(client -> client.state()).toList();

      assertThat(states)
          .containsExactly(RegistrySnapshot.State.READY, RegistrySnapshot.State.DRAINING);
      assertThat(running.get(SOON_SECONDS, TimeUnit.SECONDS).text())
          .contains("operation completed");
      assertThat(echo(registry, "new")).isEqualTo("Echo: new");
    }
  }

  @Test
  void replacingAServerUnderLoadLosesNoCall() throws Exception {
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("everything", peers.everything());
      AtomicBoolean enough = new AtomicBoolean();
      List<CompletableFuture<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        String caller = "caller " + i;
        callers.add(
            inBackground(
                () -> {
                  int calls = 0;
                  while (!enough.get()) {
                    String message = caller + ", call " + calls++;
                    assertThat(echo(registry, message)).isEqualTo("Echo: " + message);
                  }
                  return calls;
                }));
      }

      for (int i = 0; i < REPLACEMENTS; i++) {
        registry.register("everything", peers.everything());
      }
      enough.set(true);

      for (CompletableFuture<Integer> caller : callers) {
        assertThat(caller.get(SOON_SECONDS, TimeUnit.SECONDS)).isPositive();
      }
    }
  }

  @Test
  void aKilledServerFailsItsCallsAtOnceAndLeavesItsNeighboursAlone() throws Exception {
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("everything", peers.everything());
      registry.register("time", peers.time());
      Set<ProcessHandle> neighbours = children();
      registry.register("victim", peers.everything());
      Progress ofVictim = new Progress();
      Progress ofNeighbour = new Progress();
      CompletableFuture<ToolResult> victim =
          inBackground(() -> registry.callTool(longOperation("victim", 60).withListener(ofVictim)));
      CompletableFuture<ToolResult> neighbour =
          inBackground(
              () -> registry.callTool(longOperation("everything", 3).withListener(ofNeighbour)));
      ofVictim.awaitFirst();
      ofNeighbour.awaitFirst();

      children().stream()
          .filter(child -> !neighbours.contains(child))
          .forEach(ProcessHandle::destroyForcibly);

      assertThatThrownBy(() -> victim.get(SOON_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(McpException.OutcomeUnknown.class)
          .hasMessageContaining("exited with code");
      assertThat(registry.callTool("victim__echo", Map.of("message", "back")).text())
          .as("its successor is started for the next call")
          .isEqualTo("Echo: back");
      assertThat(neighbour.get(SOON_SECONDS, TimeUnit.SECONDS).text())
          .contains("operation completed");
      assertThat(registry.callTool("time__get_current_time", Map.of("timezone", "UTC")))
          .isInstanceOf(ToolResult.Success.class);
    }
  }

  private static ToolCall longOperation(String namespace, int seconds) {
    return ToolCall.of(
        namespace + "__trigger-long-running-operation",
        Map.of("duration", seconds, "steps", seconds * 10));
  }

  private static String echo(McpRegistry registry, String message) {
    return registry.callTool("everything__echo", Map.of("message", message)).text();
  }

  /** In a thread of its own: those of the common pool are too few on a small machine. */
  private static <T> CompletableFuture<T> inBackground(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, task -> new Thread(task).start());
  }

  private static Set<ProcessHandle> children() {
    return ProcessHandle.current().children().collect(Collectors.toSet());
  }

  private static List<Map<?, ?>> messages(Path log) throws Exception {
    List<Map<?, ?>> messages = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      messages.add((Map<?, ?>) Json.parse(line));
    }
    return messages;
  }

  /** The one message of that method with that text in it. */
  private static Map<?, ?> only(List<Map<?, ?>> messages, String method, String text) {
    List<Map<?, ?>> found =
        messages.stream()
            .filter(message -> method.equals(message.get("method")))
            .filter(message -> message.toString().contains(text))
            .toList();
    assertThat(found).as("%s with \"%s\"", method, text).hasSize(1);
    return found.get(0);
  }
}
