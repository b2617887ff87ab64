// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Questions of servers in the course of calls that no thread waits for, and pings. */
class AsyncQuestionsTest extends ScriptedSessions {
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
  void questionsAreAnsweredRoundAfterRound() throws Exception {
    modern();
    CallListener ada = answering(FORMS, question -> named("Ada"));

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET.withListener(ada));
    server.respond(
        server.request("tools/call"),
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"who\":"
            + QUESTION
            + "},\"requestState\":\"s1\"}");
    Message.Request second = server.request("tools/call");
    server.respond(
        second,
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"again\":" + QUESTION + "}}");
    Message.Request third = server.request("tools/call");
    server.respond(third, text("done"));

    assertThat(get(calling).text()).isEqualTo("done");
    assertThat(second.params()).containsKey("inputResponses").containsEntry("requestState", "s1");
    assertThat(map(third.params().get("inputResponses"))).containsOnlyKeys("again");
    assertThat(third.params()).as("no state came").doesNotContainKey("requestState");
    assertNothingLeft();
  }

  @Test
  void aQuestionThatNobodyCanAnswerIsAFailureOfTheCall() throws Exception {
    modern();

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET);
    server.respond(
        server.request("tools/call"),
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"who\":" + QUESTION + "}}");

    assertThat(get(calling))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNSUPPORTED));
    assertNothingLeft();
  }

  @Test
  void whatAListenerThrowsAtAQuestionComesOutAsItIs() throws Exception {
    modern();
    IllegalStateException thrown = new IllegalStateException("the user has left");
    CallListener gone =
        answering(
            FORMS,
            question -> {
              throw thrown;
            });

    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET.withListener(gone));
    server.respond(
        server.request("tools/call"),
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"who\":" + QUESTION + "}}");

    assertThat(failureOf(calling)).isSameAs(thrown);
    assertNothingLeft();
  }

  @Test
  void cancellingItInterruptsWhoIsAskedAndSendsNothingMore() throws Exception {
    modern();
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    CallListener thinker =
        answering(
            FORMS,
            question -> {
              asked.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.complete(true);
              }
              return named("nobody");
            });
    CompletableFuture<ToolResult> calling = client.callToolAsync(GREET.withListener(thinker));
    server.respond(
        server.request("tools/call"),
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"who\":" + QUESTION + "}}");
    asked.await();

    calling.cancel(true);

    assertThat(get(interrupted)).isTrue();
    assertNothingLeft();
    server.assertSilent();
  }

  @Test
  void theClockStandsStillWhileAServerOfTheOlderEraAsks() throws Exception {
    legacy();
    CountDownLatch thinking = new CountDownLatch(1);
    CompletableFuture<ToolResult> other = new CompletableFuture<>();
    CallListener thinker =
        answering(
            FORMS,
            question -> {
              thinking.countDown();
              // Ends long after the limit of the call that asks.
              other.join();
              return named("Ada");
            });
    CompletableFuture<ToolResult> calling =
        client.callToolAsync(GREET.withListener(thinker).withTimeout(Duration.ofMillis(500)));
    Message.Request request = server.request("tools/call");
    server.ask("q", "elicitation/create", FORM, request.id());
    thinking.await();

    CompletableFuture<ToolResult> slower =
        client.callToolAsync(GREET.withTimeout(Duration.ofMillis(1_000)));
    server.request("tools/call");
    assertThat(failureOf(slower)).isInstanceOf(McpException.TimedOut.class);
    server.notification("notifications/cancelled");
    assertThat(calling).as("its clock stands still").isNotDone();
    other.complete(ToolResult.text(""));
    assertThat(server.next()).isInstanceOf(Message.Response.class);
    server.respond(request, text("hello Ada"));

    assertThat(get(calling).text()).isEqualTo("hello Ada");
  }

  @Test
  void anyAnswerToAPingShowsThatAServerOfTheOlderEraIsThere() throws Exception {
    legacy();

    Future<?> answered = pinging(Duration.ofSeconds(20));
    server.respond(server.request("ping"), "{}");
    get(answered);
    Future<?> refused = pinging(Duration.ofSeconds(20));
    server.refuse(server.request("ping"), -32601, "what?", "");
    get(refused);
  }

  @Test
  void withoutAnAnswerFromTheServerItselfAPingFails() throws Exception {
    modern();

    Future<?> answered = pinging(Duration.ofSeconds(20));
    Message.Request discover = server.request("server/discover");
    server.respond(discover, discovered("{}"));
    get(answered);
    assertThat(meta(discover)).isNotEmpty();
    assertThat(failureOf(pinging(Duration.ofMillis(20)))).isInstanceOf(McpException.TimedOut.class);
    server.request("server/discover");
    server.notification("notifications/cancelled");
    Future<?> refused = pinging(Duration.ofSeconds(20));
    server.refuse(server.request("server/discover"), -31002, "HTTP 502", "{\"status\":502}");
    assertThat(failureOf(refused)).isInstanceOf(McpException.Protocol.class);
    Future<?> lost = pinging(Duration.ofSeconds(20));
    server.request("server/discover");
    server.leave("it exited");
    assertThat(failureOf(lost)).isInstanceOf(McpException.OutcomeUnknown.class);
  }

  private Future<?> pinging(Duration limit) {
    return inBackground(
        () -> {
          client.ping(limit);
          return "answered";
        });
  }
}
