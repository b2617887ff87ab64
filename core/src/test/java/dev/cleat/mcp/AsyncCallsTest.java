// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.FailureKind;
import dev.cleat.LogLevel;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Calls for whose end no thread waits: they end in all the ways in which the waiting ones do. */
class AsyncCallsTest extends ScriptedSessions {
  private static final ToolCall GREET = ToolCall.of("greet", Map.of("a", 1));

  private void modern() throws Exception {
    modern(builder(), EVERYTHING);
  }

  private void legacy() throws Exception {
    legacy(builder().callersAnswer(FORMS), "2025-11-25", EVERYTHING);
  }

  private void assertNothingLeft() {
    assertThat(((ClientSession) client).requests().open()).isZero();
  }

  @Test
  void theAnswerCompletesIt() throws Exception {
    modern();

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    Message.Request request = server.request("tools/call");
    assertThat(calling).isNotDone();
    server.respond(request, text("hello"));

    assertThat(get(calling).text()).isEqualTo("hello");
    assertThat(request.params())
        .containsEntry("name", "greet")
        .containsEntry("arguments", Map.of("a", 1))
        .containsKey("_meta");
    assertNothingLeft();
    server.assertSilent();
  }

  @Test
  void aFailureOfTheToolIsAResult() throws Exception {
    legacy();

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    server.respond(
        server.request("tools/call"),
        "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no\"}]}");

    assertThat(get(calling))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UPSTREAM));
  }

  @Test
  void anErrorIsAProtocolException() throws Exception {
    modern();

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    server.refuse(server.request("tools/call"), -32602, "no such tool", "");

    assertThat(failureOf(calling))
        .isInstanceOfSatisfying(
            McpException.Protocol.class, e -> assertThat(e.code()).isEqualTo(-32602));
    assertNothingLeft();
  }

  @Test
  void aRefusalForWantOfCredentialsSaysSo() throws Exception {
    modern();

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    server.refuse(server.request("tools/call"), -31002, "HTTP 401: who?", "{\"status\":401}");

    assertThat(failureOf(calling))
        .isInstanceOfSatisfying(
            McpException.ConnectFailed.class,
            e -> {
              assertThat(e.needsAuthentication()).isTrue();
              assertThat(e.mayHaveExecuted()).isFalse();
            });
  }

  @Test
  void aTimeOutTellsTheServerOnce() throws Exception {
    modern();

    CompletableFuture<ToolResult> calling =
        client.callToolAsync(GREET.withTimeout(Duration.ofMillis(20)));
    Message.Request request = server.request("tools/call");

    assertThat(failureOf(calling))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
    assertThat(server.notification("notifications/cancelled").params())
        .isEqualTo(Map.of("requestId", request.id(), "reason", "time-out"));
    server.respond(request, text("late"));
    assertNothingLeft();
    server.assertSilent();
  }

  @Test
  void cancellingItTellsTheServerOnce() throws Exception {
    legacy();
    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    Message.Request request = server.request("tools/call");

    assertThat(calling.cancel(true)).isTrue();
    assertThat(calling.cancel(true)).isTrue();

    assertThat(server.notification("notifications/cancelled").params())
        .containsEntry("requestId", request.id());
    server.respond(request, text("late"));
    assertNothingLeft();
    server.assertSilent();
  }

  @Test
  void whoeverCompletesItOtherwiseHasGivenUpToo() throws Exception {
    modern();
    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    Message.Request request = server.request("tools/call");

    calling.completeExceptionally(new CancellationException("enough"));

    assertThat(server.notification("notifications/cancelled").params())
        .containsEntry("requestId", request.id());
    assertNothingLeft();
  }

  @Test
  void whatWasNotWrittenIsTakenBack() throws Exception {
    modern();
    server.holdBack();

    CompletableFuture<ToolResult> cancelled = client.callToolAsync(GREET);
    cancelled.cancel(true);
    CompletableFuture<ToolResult> tooSlow =
        client.callToolAsync(GREET.withTimeout(Duration.ofMillis(20)));
    assertThat(failureOf(tooSlow))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isFalse());
    CompletableFuture<ToolResult> lost = client.callToolAsync(GREET);
    server.leave("it exited");

    assertThat(failureOf(lost))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("it exited");
    assertNothingLeft();
    server.assertSilent();
  }

  @Test
  void theEndOfTheConnectionLeavesTheOutcomeOfWhatWasWrittenUnknown() throws Exception {
    modern();
    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    Message.Request request = server.request("tools/call");

    server.leave("it exited");

    assertThat(failureOf(calling))
        .isInstanceOfSatisfying(
            McpException.OutcomeUnknown.class,
            e -> {
              assertThat(e.requestId()).contains(request.id().toString());
              assertThat(e).hasMessageContaining("it exited");
            });
    assertNothingLeft();
  }

  @Test
  void afterTheEndNothingIsSentAnyMore() throws Exception {
    modern();
    server.leave("it exited");

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);

    assertThat(calling).as("fails at once").isDone();
    assertThat(failureOf(calling)).isInstanceOf(McpException.NotSent.class);
    assertNothingLeft();
    server.assertSilent();
  }

  @Test
  void aRequestThatTheConnectionLosesFailsAsThatSays() throws Exception {
    modern();
    CompletableFuture<ToolResult> first = client.callToolAsync(GREET);
    CompletableFuture<ToolResult> second = client.callToolAsync(GREET);

    server.receiver().lost(server.request("tools/call").id(), true, "the stream broke");
    server.receiver().lost(server.request("tools/call").id(), false, "it is busy");

    assertThat(failureOf(first)).isInstanceOf(McpException.OutcomeUnknown.class);
    assertThat(failureOf(second)).isInstanceOf(McpException.NotSent.class);
    assertNothingLeft();
  }

  @Test
  void whatFollowsFromAFailureRunsInNoThreadOfTheConnection() throws Exception {
    modern();
    AtomicReference<Thread> where = new AtomicReference<>();
    Future<ToolResult> following =
        client
            .callToolAsync(GREET)
            .whenComplete((result, failure) -> where.set(Thread.currentThread()));

    server.leave("it exited");

    assertThat(failureOf(following)).isNotNull();
    assertThat(where.get()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  void progressComesInOrderAndBeforeTheAnswer() throws Exception {
    modern();
    List<String> heard = new ArrayList<>();
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            heard.add(message);
          }
        };

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET.withListener(listener));
    Future<?> following = calling.thenAccept(result -> heard.add(result.text()));
    Message.Request request = server.request("tools/call");
    Object token = meta(request).get("progressToken");
    for (int i = 1; i <= 3; i++) {
      server.tell(
          "notifications/progress",
          "{\"progressToken\":" + token + ",\"progress\":" + i + ",\"message\":\"" + i + "\"}");
    }
    server.respond(request, text("done"));
    get(following);

    assertThat(heard).containsExactly("1", "2", "3", "done");
  }

  @Test
  void theLogLevelGoesAheadWithoutBeingWaitedFor() throws Exception {
    legacy();
    CallListener listener =
        new CallListener() {
          @Override
          public java.util.Optional<LogLevel> wantsLog() {
            return java.util.Optional.of(LogLevel.DEBUG);
          }
        };

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET.withListener(listener));

    assertThat(server.request("logging/setLevel").params()).containsEntry("level", "debug");
    server.respond(server.request("tools/call"), text("done"));
    assertThat(get(calling).text()).isEqualTo("done");
  }

  @Test
  void wrongHeadersAreMendedByListingTheToolsOnce() throws Exception {
    modern();

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    server.refuse(server.request("tools/call"), -32020, "a header is wrong", "");
    server.respond(server.request("tools/list"), "{\"tools\":[]}");
    server.refuse(server.request("tools/call"), -32020, "still", "");

    assertThat(failureOf(calling))
        .isInstanceOfSatisfying(
            McpException.Protocol.class, e -> assertThat(e.code()).isEqualTo(-32020));
    assertNothingLeft();
    server.assertSilent();
  }
}
