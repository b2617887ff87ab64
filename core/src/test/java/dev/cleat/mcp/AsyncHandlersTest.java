// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.AsyncToolHandler;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server whose handlers begin their calls and keep no thread. */
class AsyncHandlersTest {
  private static final String META =
      "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{\"form\":{}}}}";

  private final Begun begun = new Begun();
  private final ScriptedPeer peer = new ScriptedPeer();
  private @Nullable McpServer server;
  private @Nullable Thread serving;

  @AfterEach
  void closeServer() throws Exception {
    if (server != null) {
      server.close();
    }
    if (serving != null) {
      serving.join(TimeUnit.SECONDS.toMillis(20));
      assertThat(serving.isAlive()).isFalse();
    }
  }

  private static ServedTool tool(AsyncToolHandler handler) {
    return new ServedTool(
        Tool.named("t").says("").readOnly().handles(Schema.anyObject(), handler).tool(), handler);
  }

  private void serve(AsyncToolHandler handler) {
    serve(McpServer.builder().tool(tool(handler)));
  }

  private void serve(McpServer.Builder builder) {
    McpServer made = builder.build();
    server = made;
    serving =
        new Thread(
            () -> {
              try {
                made.serve(peer);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    serving.start();
    while (!peer.isStarted()) {
      Thread.onSpinWait();
    }
  }

  /** Calls in this thread, as a reader does. */
  private void call(Object id) {
    run(new Message.Request(id, "tools/call", params()));
  }

  private static Map<String, Object> params() {
    return ScriptedPeer.object("{\"name\":\"t\",\"arguments\":{},\"_meta\":" + META + "}");
  }

  private void run(Message message) {
    Runnable rest = peer.receiver().received(message);
    if (rest != null) {
      rest.run();
    }
  }

  private Map<String, Object> result(Object id) throws Exception {
    Message answer = peer.next();
    assertThat(answer)
        .isInstanceOfSatisfying(
            Message.Response.class, response -> assertThat(response.id()).isEqualTo(id));
    return ((Message.Response) answer).result();
  }

  private Object kind(Object id) throws Exception {
    Map<?, ?> meta = (Map<?, ?>) result(id).get("_meta");
    return ((Map<?, ?>) meta.get("dev.cleat/failure")).get("kind");
  }

  @Test
  void theAnswerGoesOutWhenTheFutureCompletes() throws Exception {
    serve(begun);

    call(1L);
    call(2L);
    peer.assertSilent();
    begun.calls.get(1).complete(ToolResult.text("second"));
    assertThat(result(2L).toString()).contains("second");
    begun.calls.get(0).complete(ToolResult.text("first"));
    assertThat(result(1L).toString()).contains("first");

    assertThat(begun.threads).containsExactly(Thread.currentThread());
  }

  @Test
  void anIdIsFreeAgainWithItsAnswer() throws Exception {
    serve(begun);

    call(1L);
    call(1L);
    assertThat(((Message.ErrorResponse) peer.next()).code()).isEqualTo(-32600);
    begun.calls.get(0).complete(ToolResult.text(""));
    result(1L);
    call(1L);
    begun.calls.get(1).complete(ToolResult.text(""));
    result(1L);
  }

  @Test
  void aThousandCallsRunAtOnceInNoThreadOfTheirOwn() throws Exception {
    serve(begun);
    int threads = Thread.activeCount();

    for (long id = 1; id <= 1_000; id++) {
      call(id);
    }

    assertThat(begun.calls).hasSize(1_000);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    for (CompletableFuture<ToolResult> call : begun.calls) {
      call.complete(ToolResult.text("done"));
    }
    for (long id = 1; id <= 1_000; id++) {
      assertThat(result(id).toString()).contains("done");
    }
  }

  @Test
  void whatItFailsWithMeansWhatAHandlerThrows() throws Exception {
    serve(begun);

    fail(1, new ToolFailure(FailureKind.CONFLICT, "taken", ""));
    assertThat(kind(1L)).isEqualTo("conflict");
    fail(2, new CompletionException(new McpException.NotSent("down")));
    assertThat(kind(2L)).isEqualTo("unavailable");
    fail(3, new McpException.OutcomeUnknown("lost"));
    assertThat(kind(3L)).isEqualTo("outcome_unknown");
    fail(4, new InterruptedException());
    assertThat(kind(4L)).isEqualTo("cancelled");
    assertThat(Thread.interrupted()).as("of who completes it").isFalse();
    fail(5, new StackOverflowError());
    assertThat(kind(5L)).isEqualTo("internal");
    fail(6, new McpException.Protocol(-32000, "refused", Optional.empty()));
    assertThat(((Message.ErrorResponse) peer.next()).code()).isEqualTo(-32000);
    fail(7, new McpException.NotFound("gone"));
    assertThat(((Message.ErrorResponse) peer.next()).code()).isEqualTo(-32602);
    call(8L);
    begun.calls.get(7).complete(null);
    assertThat(kind(8L)).isEqualTo("internal");
    call(9L);
    begun.calls.get(8).cancel(true);
    assertThat(kind(9L)).isEqualTo("cancelled");
  }

  private void fail(int number, Throwable failure) {
    call((long) number);
    begun.calls.get(number - 1).completeExceptionally(failure);
  }

  @Test
  void whatBeginThrowsOrLeavesOutIsAFailureToo() throws Exception {
    List<AsyncToolHandler> bad =
        List.of(
            (call, context) -> {
              throw new ToolFailure(FailureKind.CONFLICT, "taken", "");
            },
            (call, context) -> {
              throw new java.io.IOException("broken");
            },
            (call, context) -> null);
    int[] next = {0};
    serve((AsyncToolHandler) (call, context) -> bad.get(next[0]++).begin(call, context));

    call(1L);
    assertThat(kind(1L)).isEqualTo("conflict");
    call(2L);
    assertThat(kind(2L)).isEqualTo("internal");
    call(3L);
    assertThat(kind(3L)).isEqualTo("internal");
  }

  @Test
  void aCancelledCallCancelsItsFutureAndIsNotAnswered() throws Exception {
    serve(begun);
    call(1L);

    run(new Message.Notification("notifications/cancelled", Map.of("requestId", 1L)));

    assertThat(begun.calls.get(0)).isCancelled();
    assertThat(begun.contexts.get(0).cancelled()).isTrue();
    begun.contexts.get(0).progress(1, 2, "too late");
    call(1L);
    begun.calls.get(1).complete(ToolResult.text("the next of that id"));
    assertThat(result(1L).toString()).contains("the next");
    peer.assertSilent();
  }

  @Test
  void aCallThatIsCancelledWhileItBeginsIsInterruptedAndItsFutureCancelled() throws Exception {
    CountDownLatch beginning = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    CompletableFuture<ToolResult> answer = new CompletableFuture<>();
    serve(
        (AsyncToolHandler)
            (call, context) -> {
              beginning.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.complete(true);
              }
              return answer;
            });
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              call(1L);
              flag.complete(Thread.currentThread().isInterrupted());
            });
    reader.start();
    beginning.await();

    run(new Message.Notification("notifications/cancelled", Map.of("requestId", 1L)));

    assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(flag.get(20, TimeUnit.SECONDS)).as("the reader goes on unharmed").isFalse();
    assertThat(answer).isCancelled();
    peer.assertSilent();
  }

  @Test
  void closingWaitsForWhatRuns() throws Exception {
    serve(begun);
    call(1L);
    Thread closing = new Thread(() -> server.close());
    closing.start();
    refusesFrom(2L);

    begun.calls.get(0).complete(ToolResult.text("in time"));

    assertThat(result(1L).toString()).contains("in time");
    closing.join(TimeUnit.SECONDS.toMillis(20));
    assertThat(closing.isAlive()).isFalse();
  }

  /** Calls until it is refused. */
  private void refusesFrom(long first) throws Exception {
    long id = first;
    while (true) {
      call(id);
      if (begun.calls.size() < id) {
        assertThat(((Message.ErrorResponse) peer.next()).code()).isEqualTo(-31000);
        return;
      }
      begun.calls.get((int) id - 1).complete(ToolResult.text(""));
      result(id++);
    }
  }

  @Test
  void whatDoesNotEndInTimeIsCancelledAndAnswered() throws Exception {
    serve(
        McpServer.builder()
            .limits(dev.cleat.Limits.builder().shutdownGrace(Duration.ofMillis(20)).build())
            .tool(tool(begun)));
    call(1L);

    server.close();

    assertThat(begun.calls.get(0)).isCancelled();
    Message.ErrorResponse last = (Message.ErrorResponse) peer.next();
    assertThat(last.id()).contains(1L);
    assertThat(last.code()).isEqualTo(-31000);
    peer.assertSilent();
  }

  @Test
  void aQuestionFromAnyThreadIsARoundOfTheStatelessEra() throws Exception {
    InputRequest.Form form = InputRequest.Form.question("Go on?");
    serve(
        (AsyncToolHandler)
            (call, context) ->
                CompletableFuture.supplyAsync(
                    () -> ToolResult.text(String.valueOf(context.elicit(form).isAccepted()))));

    call(1L);
    Map<String, Object> asks = result(1L);
    Map<String, Object> again = params();
    String key = ((Map<?, ?>) asks.get("inputRequests")).keySet().iterator().next().toString();
    again.put("inputResponses", Map.of(key, Map.of("action", "accept", "content", Map.of())));
    again.put("requestState", asks.get("requestState"));
    run(new Message.Request(2L, "tools/call", again));

    assertThat(asks).containsEntry("resultType", "input_required");
    assertThat(result(2L).toString()).contains("text=true");
  }

  @Test
  void accessIsCheckedBeforeItBegins() throws Exception {
    ServedTool deletes =
        new ServedTool(
            Tool.named("t").says("").destructive().handles(Schema.anyObject(), begun).tool(),
            begun);
    serve(McpServer.builder().access(dev.cleat.Access.READ_ONLY).tool(deletes));

    call(1L);

    assertThat(kind(1L)).isEqualTo("not_allowed");
    assertThat(begun.calls).isEmpty();
  }

  @Test
  void aSchemaIsCheckedBeforeItBeginsAndItStillNeedsNoThread() throws Exception {
    Schema schema = Schema.of(ScriptedPeer.object("{\"type\":\"object\",\"required\":[\"a\"]}"));
    serve(McpServer.builder().tool(Tool.named("t").says("").handles(schema, begun)));

    call(1L);
    assertThat(kind(1L)).isEqualTo("invalid_argument");
    Map<String, Object> params = params();
    params.put("arguments", Map.of("a", 1L));
    run(new Message.Request(2L, "tools/call", params));
    begun.calls.get(0).complete(ToolResult.text("fits"));
    assertThat(result(2L).toString()).contains("fits");
  }
}
