// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a client that do not end well. */
class FailedCallsTest extends ClientOverStreams {
  @Test
  void interruptingTheCallerTellsTheServerOnce() throws Exception {
    legacy("2025-11-25");
    BlockingQueue<Object> outcome = new LinkedBlockingQueue<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                outcome.add(client.callTool(ToolCall.of("sleep", Map.of())));
              } catch (McpException e) {
                outcome.add(e);
              }
              outcome.add(Thread.currentThread().isInterrupted());
            });
    caller.start();
    Object id = server.next("tools/call").get("id");

    caller.interrupt();

    assertThat(params(server.next("notifications/cancelled")).get("requestId")).isEqualTo(id);
    assertThat(outcome.poll(20, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            McpException.Cancelled.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
    assertThat(outcome.poll(20, TimeUnit.SECONDS)).as("the interrupt is kept").isEqualTo(true);
    server.respond(id, text("too late"));
    assertThat(server.untilFence()).isEmpty();
    caller.join();
  }

  @Test
  void aTimeOutTellsTheServerOnceAndItsLateAnswerIsDropped() throws Exception {
    modern();
    Future<ToolResult> call =
        inBackground(
            () ->
                client.callTool(ToolCall.of("sleep", Map.of()).withTimeout(Duration.ofMillis(50))));
    Object id = server.next("tools/call").get("id");

    assertThat(failureOf(call))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue())
        .hasMessageContaining("tools/call sleep within 50 ms");
    assertThat(params(server.next("notifications/cancelled")).get("requestId")).isEqualTo(id);
    server.respond(id, text("too late"));
    server.respond(id, text("much too late"));

    Future<ToolResult> next = calling("echo");
    server.respond(server.next("tools/call").get("id"), text("in time"));
    assertThat(get(next).text()).isEqualTo("in time");
    assertThat(server.untilFence()).isEmpty();
  }

  @Test
  void theEndOfTheConnectionEndsAllCallsAtOnceAndLaterOnesAreNotSent() throws Exception {
    legacy("2025-11-25");
    List<Future<ToolResult>> calls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      calls.add(calling("sleep"));
      server.next("tools/call");
    }

    server.close();

    for (Future<ToolResult> call : calls) {
      assertThat(failureOf(call))
          .isInstanceOfSatisfying(
              McpException.OutcomeUnknown.class, e -> assertThat(e.mayHaveExecuted()).isTrue())
          .hasMessageContaining("sleep was sent, and its answer is lost");
    }
    assertThat(client.ended().get(20, TimeUnit.SECONDS)).contains("closed");
    assertThatThrownBy(() -> client.callTool(ToolCall.of("echo", Map.of())))
        .isInstanceOfSatisfying(
            McpException.NotSent.class, e -> assertThat(e.mayHaveExecuted()).isFalse());
    assertThatThrownBy(() -> client.listTools()).isInstanceOf(McpException.NotSent.class);
  }

  @Test
  void closingEndsCallsAndTwiceIsHarmless() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> call = calling("sleep");
    server.next("tools/call");

    client.close();
    client.close();

    assertThat(failureOf(call))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("it was closed");
    assertThat(client.ended()).isCompletedWithValue("it was closed");
  }

  @Test
  void aRequestThatIsTooLargeIsNotSentAndTheConnectionGoesOn() throws Exception {
    legacy("2025-11-25");
    String large = "x".repeat(LIMITS.maxMessageBytes());

    assertThatThrownBy(() -> client.callTool(ToolCall.of("echo", Map.of("text", large))))
        .isInstanceOf(McpException.TooLarge.class);

    Future<ToolResult> call = calling("echo");
    server.respond(server.next("tools/call").get("id"), text("small"));
    assertThat(get(call).text()).isEqualTo("small");
  }

  @Test
  void anErrorOfTheServerIsThrownWithItsCodeAndData() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> call = calling("nothing");

    error(server.next("tools/call").get("id"), -32602, "no such tool", "{\"name\":\"nothing\"}");

    assertThat(failureOf(call))
        .isInstanceOfSatisfying(
            McpException.Protocol.class,
            e -> {
              assertThat(e.code()).isEqualTo(-32602);
              assertThat(e.data()).contains(Map.of("name", "nothing"));
            })
        .hasMessage("no such tool");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resultType\":\"input_required\",\"inputRequests\":{}}",
        "{\"resultType\":\"task\",\"taskId\":\"1\"}",
        "{\"resultType\":7}"
      })
  void anAnswerThatIsNoResultIsNoSuccess(String result) throws Exception {
    modern();
    Future<ToolResult> call = calling("delete");

    server.respond(server.next("tools/call").get("id"), result);

    assertThat(get(call))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class, f -> assertThat(f.kind()).isEqualTo(FailureKind.UPSTREAM));
  }
}
