// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.FailureKind;
import dev.cleat.InputResponse;
import dev.cleat.Limits;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a server of the older era asks by requests of its own. */
class QuestionsFromServersTest extends ScriptedSessions {
  private static final ClientCapabilities URLS =
      new ClientCapabilities(false, true, false, false, false, false);

  /** A user who thinks until told to stop, and says whether they were interrupted. */
  private static final class Thinker {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch done = new CountDownLatch(1);
    final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

    CallListener listener() {
      return answering(
          FORMS,
          question -> {
            asked.countDown();
            try {
              done.await();
              interrupted.complete(false);
            } catch (InterruptedException e) {
              interrupted.complete(true);
              throw new IllegalStateException(e);
            }
            return named("Ada");
          });
    }

    void awaitAsked() throws InterruptedException {
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void connect() throws Exception {
    legacy(builder().callersAnswer(FORMS), "2025-11-25", EVERYTHING);
  }

  private Future<ToolResult> calling(CallListener listener) {
    return inBackground(
        () -> client.callTool(ToolCall.of("greet", Map.of()).withListener(listener)));
  }

  private static Object content(Message answer) {
    return ((Message.Response) answer).result().get("content");
  }

  private static int code(Message answer) {
    return ((Message.ErrorResponse) answer).code();
  }

  @Test
  void whatCanBeAnsweredIsDeclaredOnce() throws Exception {
    Message.Request initialize =
        legacy(
            builder().features(answering(ROOTS, asked -> named(""))).callersAnswer(FORMS),
            "2025-11-25",
            EVERYTHING);

    assertThat(initialize.params().get("capabilities"))
        .isEqualTo(Map.of("elicitation", Map.of("form", Map.of()), "roots", Map.of()));
  }

  @Test
  void theCallOnWhoseChannelItCameIsAsked() throws Exception {
    connect();
    Future<ToolResult> first = calling(answering(FORMS, asked -> named("first")));
    Message.Request call = server.request("tools/call");
    Future<ToolResult> second = calling(answering(FORMS, asked -> named("second")));
    Message.Request other = server.request("tools/call");

    server.ask("q", "elicitation/create", FORM, other.id());

    assertThat(content(server.next())).isEqualTo(Map.of("name", "second", "age", 30L));
    server.respond(call, text("1"));
    server.respond(other, text("2"));
    get(first);
    get(second);
  }

  @Test
  void withoutAChannelTheOnlyCallThatCanAnswerIsAskedElseTheClientsFeatures() throws Exception {
    legacy(
        builder().features(answering(FORMS, asked -> named("features"))).callersAnswer(FORMS),
        "2025-11-25",
        EVERYTHING);
    server.ask(1L, "elicitation/create", FORM);
    assertThat(content(server.next())).isEqualTo(Map.of("name", "features", "age", 30L));

    Future<ToolResult> silent = calling(CallListener.NONE);
    Message.Request silentCall = server.request("tools/call");
    Future<ToolResult> first = calling(answering(FORMS, asked -> named("first")));
    Message.Request firstCall = server.request("tools/call");
    server.ask(2L, "elicitation/create", FORM);
    assertThat(content(server.next())).isEqualTo(Map.of("name", "first", "age", 30L));

    Future<ToolResult> second = calling(answering(FORMS, asked -> named("second")));
    Message.Request secondCall = server.request("tools/call");
    server.ask(3L, "elicitation/create", FORM);
    assertThat(content(server.next())).isEqualTo(Map.of("name", "features", "age", 30L));

    for (Message.Request call : List.of(silentCall, firstCall, secondCall)) {
      server.respond(call, text(""));
    }
    get(silent);
    get(first);
    get(second);
  }

  @Test
  void whatNobodyCanAnswerIsRefusedAndNotDeclined() throws Exception {
    connect();

    server.ask(1L, "elicitation/create", FORM);
    assertThat(code(server.next())).isEqualTo(-32601);
    server.ask(2L, "elicitation/create", "{\"mode\":\"url\",\"message\":\"\",\"url\":\"a:b\"}");
    assertThat(code(server.next())).isEqualTo(-32602);
    server.ask(3L, "elicitation/create", "{}");
    assertThat(code(server.next())).isEqualTo(-32602);
    server.ask(4L, "roots/list", "{}");
    assertThat(code(server.next())).isEqualTo(-32601);
    server.ask(5L, "tasks/list", "{}");
    assertThat(code(server.next())).isEqualTo(-32601);
    server.ask(6L, "ping", "{}");
    assertThat(server.next()).isEqualTo(new Message.Response(6L, Map.of()));
  }

  @Test
  void aUrlIsShownByWhoCanAndMayLaterBeSaidToBeDone() throws Exception {
    legacy(builder().features(answering(URLS, asked -> named("x"))), "2025-11-25", EVERYTHING);

    server.ask(
        "u",
        "elicitation/create",
        "{\"mode\":\"url\",\"message\":\"\",\"url\":\"https://a\",\"elicitationId\":\"7\"}");
    assertThat(server.next()).isInstanceOf(Message.Response.class);
    server.tell("notifications/elicitation/complete", "{\"elicitationId\":\"7\"}");
    server.assertSilent();
  }

  @Test
  void aQuestionThatIsWithdrawnIsInterruptedAndNotAnswered() throws Exception {
    connect();
    Thinker user = new Thinker();
    Future<ToolResult> call = calling(user.listener());
    Message.Request request = server.request("tools/call");
    server.ask("q", "elicitation/create", FORM, request.id());
    user.awaitAsked();

    server.tell("notifications/cancelled", "{\"requestId\":\"other\"}");
    server.tell("notifications/cancelled", "{\"requestId\":\"q\"}");

    assertThat(get(user.interrupted)).isTrue();
    server.ask("after", "ping", "{}");
    assertThat(server.next()).isEqualTo(new Message.Response("after", Map.of()));
    server.respond(request, text("went on"));
    assertThat(get(call).text()).isEqualTo("went on");
    server.assertSilent();
  }

  @Test
  void aCallThatEndsTakesItsQuestionsAlong() throws Exception {
    connect();
    Thinker user = new Thinker();
    Future<ToolResult> call = calling(user.listener());
    Message.Request request = server.request("tools/call");
    server.ask("q", "elicitation/create", FORM);
    user.awaitAsked();

    server.respond(request, text("never mind"));

    assertThat(get(call).text()).isEqualTo("never mind");
    assertThat(get(user.interrupted)).isTrue();
    assertThat(code(server.next())).isEqualTo(-32603);
    server.assertSilent();
  }

  @Test
  void theEndOfTheConnectionInterruptsWhoThinks() throws Exception {
    connect();
    Thinker user = new Thinker();
    Future<ToolResult> call = calling(user.listener());
    server.ask("q", "elicitation/create", FORM, server.request("tools/call").id());
    user.awaitAsked();

    server.leave("the process exited");

    assertThat(get(user.interrupted)).isTrue();
    assertThat(failureOf(call)).hasMessageContaining("the process exited");
  }

  @Test
  void aRefusalOfTheListenerIsToldToTheServerWhichGoesOn() throws Exception {
    connect();
    Future<ToolResult> call =
        calling(
            answering(
                FORMS,
                asked -> {
                  throw new ToolFailure(FailureKind.DECLINED, "Not now.", "");
                }));
    Message.Request request = server.request("tools/call");
    server.ask("q", "elicitation/create", FORM, request.id());

    assertThat(server.next())
        .isInstanceOfSatisfying(
            Message.ErrorResponse.class, e -> assertThat(e.message()).isEqualTo("Not now."));
    server.respond(request, text("without it"));
    assertThat(get(call).text()).isEqualTo("without it");
  }

  @Test
  void anythingElseThatTheListenerThrowsEndsItsCall() throws Exception {
    connect();
    RuntimeException unwinding = new IllegalStateException("unwinds the caller");
    Future<ToolResult> call =
        calling(
            answering(
                FORMS,
                asked -> {
                  throw unwinding;
                }));
    Message.Request request = server.request("tools/call");

    server.ask("q", "elicitation/create", FORM, request.id());

    assertThat(failureOf(call)).isSameAs(unwinding);
    List<Message> said = List.of(server.next(), server.next());
    assertThat(said).hasAtLeastOneElementOfType(Message.ErrorResponse.class);
    assertThat(said)
        .filteredOn(Message.Notification.class::isInstance)
        .extracting(m -> ((Message.Notification) m).params().get("requestId"))
        .containsExactly(request.id());
  }

  @Test
  void theTimeThatAUserThinksIsNotTheServers() throws Exception {
    Limits limits = Limits.builder().from(LIMITS).callTimeout(Duration.ofSeconds(1)).build();
    legacy(builder().limits(limits).callersAnswer(FORMS), "2025-11-25", EVERYTHING);
    CompletableFuture<InputResponse> slow = new CompletableFuture<>();
    Future<ToolResult> call = calling(answering(FORMS, asked -> slow.join()));
    Message.Request request = server.request("tools/call");
    server.ask("q", "elicitation/create", FORM);
    CompletableFuture.delayedExecutor(1_500, TimeUnit.MILLISECONDS)
        .execute(() -> slow.complete(named("Ada")));

    assertThat(server.next()).as("no cancellation").isInstanceOf(Message.Response.class);
    server.respond(request, text("Hello"));

    assertThat(get(call).text()).isEqualTo("Hello");
  }

  @Test
  void tooManyQuestionsAtOnceAreRefused() throws Exception {
    Thinker user = new Thinker();
    legacy(builder().features(user.listener()), "2025-11-25", EVERYTHING);
    for (long id = 0; id < 64; id++) {
      server.ask(id, "elicitation/create", FORM);
    }

    server.ask(64L, "elicitation/create", FORM);
    assertThat(code(server.next())).isEqualTo(-31001);
    user.done.countDown();
    for (int i = 0; i < 64; i++) {
      assertThat(server.next()).isInstanceOf(Message.Response.class);
    }
  }

  @Test
  void anIdThatIsOpenAlreadyIsRefused() throws Exception {
    Thinker user = new Thinker();
    legacy(builder().features(user.listener()), "2025-11-25", EVERYTHING);
    server.ask("q", "elicitation/create", FORM);
    user.awaitAsked();

    server.ask("q", "elicitation/create", FORM);

    assertThat(code(server.next())).isEqualTo(-32600);
    user.done.countDown();
    assertThat(server.next()).isInstanceOf(Message.Response.class);
  }
}
