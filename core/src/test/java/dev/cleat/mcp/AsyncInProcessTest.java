// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.AsyncToolHandler;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Handlers without threads that are called in this process, or waited for. */
class AsyncInProcessTest {
  private final Begun begun = new Begun();

  private static ServedTool tool(AsyncToolHandler handler) {
    return new ServedTool(
        Tool.named("t").says("").readOnly().handles(Schema.anyObject(), handler).tool(), handler);
  }

  private static CompletableFuture<ToolResult> local(
      AsyncToolHandler handler, Consumer<McpClient> after) {
    McpClient client = McpClient.of("here", ToolSet.of(tool(handler)));
    CompletableFuture<ToolResult> calling = client.callToolAsync(ToolCall.of("t", Map.of()));
    after.accept(client);
    return calling;
  }

  @Test
  void inThisProcessTheFutureIsPassedOn() {
    CompletableFuture<ToolResult> calling = local(begun, client -> {});
    assertThat(calling).isNotDone();
    begun.calls.get(0).complete(ToolResult.text("done"));
    assertThat(calling.join().text()).isEqualTo("done");

    CompletableFuture<ToolResult> failing = local(begun, client -> {});
    McpException.Protocol refused = new McpException.Protocol(1, "no", Optional.empty());
    begun.calls.get(1).completeExceptionally(new CompletionException(refused));
    assertThatThrownBy(failing::join).hasCause(refused);

    CompletableFuture<ToolResult> cancelled = local(begun, client -> {});
    cancelled.cancel(true);
    assertThat(begun.calls.get(2)).isCancelled();
    assertThat(begun.contexts.get(2).cancelled()).isTrue();
  }

  @Test
  void inThisProcessOtherHandlersRunAtOnce() {
    ServedTool plain =
        Tool.named("t").says("").handles(Schema.anyObject(), (c, x) -> ToolResult.text("plain"));
    McpClient client = McpClient.of("here", ToolSet.of(plain));

    assertThat(client.callToolAsync(ToolCall.of("t", Map.of())).join().text()).isEqualTo("plain");
    assertThat(client.callToolAsync(ToolCall.of("x", Map.of())))
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(McpException.NotFound.class);
    client.ping(Duration.ofMillis(1));
    client.close();
    assertThat(client.callToolAsync(ToolCall.of("t", Map.of()))).isCompletedExceptionally();
  }

  @Test
  void whoWaitsForItGetsWhatItCompletesWith() throws Exception {
    assertThat(waited(answer -> answer.complete(ToolResult.text("done"))).get().text())
        .isEqualTo("done");
    ToolFailure failure = new ToolFailure(FailureKind.CONFLICT, "taken", "");
    assertThatThrownBy(waited(answer -> answer.completeExceptionally(failure))::get)
        .cause()
        .isSameAs(failure);
    Error fault = new AssertionError("x");
    assertThatThrownBy(waited(answer -> answer.completeExceptionally(fault))::get)
        .cause()
        .isSameAs(fault);
  }

  @Test
  void whoIsInterruptedWhileWaitingCancelsIt() {
    CompletableFuture<ToolResult> answer = new CompletableFuture<>();
    AsyncToolHandler handler = (call, context) -> answer;

    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> handler.handle(ToolCall.of("t", Map.of()), null))
        .isInstanceOf(InterruptedException.class);
    assertThat(answer).isCancelled();
  }

  private static Future<ToolResult> waited(Consumer<CompletableFuture<ToolResult>> end) {
    CompletableFuture<ToolResult> answer = new CompletableFuture<>();
    AsyncToolHandler handler = (call, context) -> answer;
    Future<ToolResult> waiting =
        ScriptedSessions.inBackground(() -> handler.handle(ToolCall.of("t", Map.of()), null));
    end.accept(answer);
    return waiting;
  }
}
