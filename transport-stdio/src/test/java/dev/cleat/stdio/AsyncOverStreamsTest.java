// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Calls that no thread waits for, line by line. */
class AsyncOverStreamsTest extends ClientOverStreams {
  private CompletableFuture<ToolResult> begin(String tool) {
    return client.callToolAsync(ToolCall.of(tool, Map.of()));
  }

  @Test
  void answersCompleteTheirCallsInBothEras() throws Exception {
    legacy("2025-06-18");

    CompletableFuture<ToolResult> first = begin("first");
    CompletableFuture<ToolResult> second = begin("second");
    Object firstId = server.next("tools/call").get("id");
    server.respond(server.next("tools/call").get("id"), text("2"));
    server.respond(firstId, text("1"));

    assertThat(get(first).text()).isEqualTo("1");
    assertThat(get(second).text()).isEqualTo("2");
  }

  @Test
  void whatFollowsRunsInTheReaderAndHoldsUpNobody() throws Exception {
    modern();
    CountDownLatch held = new CountDownLatch(1);
    AtomicReference<String> where = new AtomicReference<>();
    CompletableFuture<?> following =
        begin("first")
            .thenAccept(
                result -> {
                  where.set(Thread.currentThread().getName());
                  try {
                    held.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    CompletableFuture<ToolResult> second = begin("second");
    server.respond(server.next("tools/call").get("id"), text("1"));
    server.respond(server.next("tools/call").get("id"), text("2"));

    assertThat(get(second).text()).as("although the first still holds its thread").isEqualTo("2");
    assertThat(following).isNotDone();
    held.countDown();
    get(following);
    assertThat(where.get()).contains("-reader-");
  }

  @Test
  void aCallCanBeMadeFromWhatFollowsAnother() throws Exception {
    modern();
    CompletableFuture<ToolResult> chain = begin("first").thenCompose(result -> begin("second"));
    CompletableFuture<ToolResult> waits =
        begin("third").thenApply(result -> client.callTool(ToolCall.of("fourth", Map.of())));
    for (int i = 0; i < 2; i++) {
      server.respond(server.next("tools/call").get("id"), text("go on"));
    }
    for (int i = 0; i < 2; i++) {
      Map<String, Object> call = server.next("tools/call");
      server.respond(call.get("id"), text((String) params(call).get("name")));
    }

    assertThat(get(chain).text()).isEqualTo("second");
    assertThat(get(waits).text())
        .as("of a call that was waited for in a reader")
        .isEqualTo("fourth");
  }

  @Test
  void aCancelledCallIsCancelledOnTheWire() throws Exception {
    modern();
    CompletableFuture<ToolResult> calling = begin("sleep");
    Object id = server.next("tools/call").get("id");

    calling.cancel(true);

    assertThat(params(server.next("notifications/cancelled")).get("requestId")).isEqualTo(id);
  }

  @Test
  void aTimeOutIsCancelledOnTheWire() throws Exception {
    legacy("2025-11-25");
    CompletableFuture<ToolResult> calling =
        client.callToolAsync(ToolCall.of("sleep", Map.of()).withTimeout(Duration.ofMillis(20)));
    Object id = server.next("tools/call").get("id");

    assertThat(failureOf(calling)).isInstanceOf(McpException.TimedOut.class);
    assertThat(params(server.next("notifications/cancelled")).get("requestId")).isEqualTo(id);
  }

  @Test
  void theEndOfTheStreamFailsWhatIsUnderWay() throws Exception {
    modern();
    CompletableFuture<ToolResult> calling = begin("sleep");
    server.next("tools/call");

    server.close();

    assertThat(failureOf(calling)).isInstanceOf(McpException.OutcomeUnknown.class);
    assertThat(failureOf(begin("late"))).isInstanceOf(McpException.NotSent.class);
  }
}
