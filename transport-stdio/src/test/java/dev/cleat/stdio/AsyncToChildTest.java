// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls to real child processes that no thread waits for. */
class AsyncToChildTest extends ChildProcesses {
  private static CompletableFuture<ToolResult> begin(McpClient client, String tool) {
    return client.callToolAsync(ToolCall.of(tool, Map.of("a", 1)));
  }

  @Test
  void manyAtOnceAreAllAnswered() throws Exception {
    McpClient client = connect("api");
    List<CompletableFuture<ToolResult>> calls = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      // Small ones, and now and then one that no pipe takes at once.
      String text = "x".repeat(i % 50 == 0 ? 100_000 : i);
      calls.add(client.callToolAsync(ToolCall.of("echo", Map.of("text", text))));
    }

    for (int i = 0; i < 500; i++) {
      int length = i % 50 == 0 ? 100_000 : i;
      assertThat(calls.get(i).get(60, TimeUnit.SECONDS).text())
          .hasSize("{\"text\":\"\"}".length() + length);
    }
  }

  @Test
  void aChildThatDiesLeavesTheOutcomeUnknown() throws Exception {
    McpClient client = connect("old");
    CompletableFuture<ToolResult> hanging = begin(client, "hang");
    awaitLedger("hangs");

    CompletableFuture<ToolResult> dying = begin(client, "die");

    assertThatThrownBy(() -> hanging.get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            McpException.OutcomeUnknown.class,
            e -> {
              assertThat(e.requestId()).isPresent();
              assertThat(e).hasMessageContaining("exited with code 3");
            });
    assertThatThrownBy(() -> dying.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(McpException.OutcomeUnknown.class);
    assertThatThrownBy(() -> begin(client, "late").get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(McpException.NotSent.class);
  }

  @Test
  void cancellingReachesTheHandlerInTheChild() throws Exception {
    McpClient client = connect("api");
    CompletableFuture<ToolResult> calling = begin(client, "hang");
    awaitLedger("hangs");

    calling.cancel(true);

    awaitLedger("interrupted");
  }

  @Test
  void aChildThatDoesNotReadBlocksNoSender() throws Exception {
    McpClient client = connect("deaf");
    List<CompletableFuture<ToolResult>> calls = new ArrayList<>();

    for (int i = 0; i < 300; i++) {
      // More than any pipe holds; were it written in here, this would never end.
      calls.add(client.callToolAsync(ToolCall.of("echo", Map.of("text", "x".repeat(1_000)))));
    }

    assertThat(calls).noneMatch(CompletableFuture::isDone);
    CompletableFuture<ToolResult> last = calls.get(299);
    client.close();
    assertThatThrownBy(() -> last.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(McpException.NotSent.class);
  }
}
