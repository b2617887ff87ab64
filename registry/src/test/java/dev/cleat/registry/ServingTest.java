// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.FailureKind;
import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A registry as a gateway: its tools, served over a real session. */
@ExtendWith(NoLeaks.class)
class ServingTest {
  private final Aside aside = new Aside();
  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private static ServedTool tool(String name, ToolHandler handler) {
    return Tool.named(name).readOnly().handles(Schema.anyObject(), handler);
  }

  private void install(String name, ToolHandler handler) {
    registry.registerTools("local", ToolSet.of(tool(name, handler)));
  }

  private TestClient gateway() {
    return TestClient.inProcess(McpServer.builder().tools(registry.asToolSet()).build());
  }

  @Test
  void toolsOfAllClientsAreListedAndCalledWhereverTheyAre() {
    install("roll", (call, context) -> ToolResult.text("six"));
    registry.register("ray", new FakeClient("ray", "list_jobs"));

    try (TestClient client = gateway()) {
      assertThat(client.tools()).extracting(Tool::name).containsExactly("roll", "ray__list_jobs");
      client.call("roll", Map.of()).succeedsWithText("six");
      client.call("ray__list_jobs", Map.of()).succeedsWithText("ray");
      assertThatThrownBy(() -> client.call("ray__list_job", Map.of()))
          .isInstanceOf(McpException.Protocol.class)
          .hasMessageContaining("Did you mean \"ray__list_jobs\"?");
    }
    assertThat(registry.tools()).as("closing what serves them leaves them").hasSize(2);
  }

  @Test
  void aReplacementIsNotSeenByTheClientInFront() throws Exception {
    FakeClient old = new FakeClient("old").holdingCalls();
    registry.register("ray", old);
    try (TestClient client = gateway()) {
      Future<String> running =
          aside.call(() -> client.call("ray__echo", Map.of()).succeeds().text());
      old.awaitCall();

      registry.register("ray", new FakeClient("new"));

      client.call("ray__echo", Map.of()).succeedsWithText("new");
      old.letCallsFinish();
      assertThat(Aside.get(running)).isEqualTo("old");
    }
  }

  @Test
  void troubleWithAnUpstreamIsAResultThatSaysWhetherItMayHaveExecuted() throws Exception {
    FakeClient upstream = new FakeClient("ray").holdingCalls();
    registry.register("ray", upstream);
    try (TestClient client = gateway()) {
      Future<ToolResult.Failure> running =
          aside.call(
              () -> client.call("ray__echo", Map.of()).failsWith(FailureKind.OUTCOME_UNKNOWN));
      upstream.awaitCall();

      upstream.lose("the process exited with code 137.");

      assertThat(Aside.get(running).retryable()).isFalse();
      assertThat(client.call("ray__echo", Map.of()).failsWith(FailureKind.UNAVAILABLE).retryable())
          .isTrue();
    }
  }

  @Test
  void progressComesThroughInItsOrderAndBeforeTheAnswer() {
    install(
        "count",
        (call, context) -> {
          for (int i = 1; i <= 100; i++) {
            context.progress(i, 100, "step " + i);
          }
          return ToolResult.text("done");
        });
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            heard.add(message + " of " + (int) total);
          }
        };

    try (TestClient client = gateway()) {
      client.call(ToolCall.of("count", Map.of()).withListener(listener)).succeedsWithText("done");
    }
    assertThat(heard)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 100).mapToObj(i -> "step " + i + " of 100").toList());
  }

  @Test
  void theTraceContextOfACallIsPassedOnAndNothingElseOfItsMeta() {
    install("trace", (call, context) -> ToolResult.text(Json.print(call.meta())));
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Map<String, Object> meta = Map.of("traceparent", parent, "example.com/other", 1);
    ToolCall call = new ToolCall("trace", Map.of(), Optional.empty(), CallListener.NONE, meta);

    try (TestClient client = gateway()) {
      client.call(call).succeedsWithText("{\"traceparent\":\"" + parent + "\"}");
      client.call("trace", Map.of()).succeedsWithText("{}");
    }
  }

  @Test
  void aCancelledCallReachesTheHandler() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    install(
        "wait",
        (call, context) -> {
          entered.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            if (context.cancelled()) {
              cancelled.countDown();
            }
          }
          return ToolResult.text("too late");
        });

    try (TestClient client = gateway()) {
      Future<Boolean> calling =
          aside.call(
              () -> {
                assertThatThrownBy(() -> client.call("wait", Map.of()))
                    .isInstanceOf(McpException.Cancelled.class);
                return Thread.interrupted();
              });
      Aside.await(entered);
      interruptCaller();

      assertThat(Aside.get(calling)).isTrue();
      Aside.await(cancelled);
    }
    Aside.until(
        "nobody holds the tools", () -> registry.snapshot().clients().get(0).holders() == 0);
  }

  private static void interruptCaller() {
    Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("test-aside-1"))
        .forEach(Thread::interrupt);
  }

  @Test
  void aQuestionReachesTheUserAndTheAnswerComesBack() throws Exception {
    install(
        "delete",
        (call, context) -> {
          context.confirm("Delete everything?");
          return ToolResult.text("deleted");
        });

    assertThat(callAndAnswer("accept").toString()).contains("deleted");
    assertThat(callAndAnswer("decline").toString())
        .contains("isError=true")
        .contains("Delete everything?")
        .doesNotContain("deleted");
  }

  @Test
  void aCallerInTheSameProcessIsAskedDirectly() {
    install(
        "delete",
        (call, context) -> {
          context.confirm("Delete everything?");
          return ToolResult.text("deleted");
        });
    List<String> asked = new ArrayList<>();
    CallListener user =
        new CallListener() {
          @Override
          public Answer confirm(String question) {
            asked.add(question);
            return Answer.ACCEPTED;
          }
        };

    ToolCall call = ToolCall.of("delete", Map.of());
    assertThat(registry.callTool(call.withListener(user)).text()).isEqualTo("deleted");
    assertThat(asked).containsExactly("Delete everything?");
    assertThat(registry.callTool(call))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.DECLINED));
  }

  /** A client that can ask its user, which ours cannot; so it is written out. */
  private Map<String, Object> callAndAnswer(String action) throws Exception {
    try (McpServer server = McpServer.builder().tools(registry.asToolSet()).build();
        Asker client = new Asker()) {
      Future<Void> serving = aside.run(() -> server.serve(client.otherEnd()));
      client.ask(1, "initialize", INITIALIZE);
      assertThat(client.next()).isInstanceOf(Message.Response.class);
      client.say(new Message.Notification("notifications/initialized", Map.of()));
      client.ask(2, "tools/call", Map.of("name", "delete", "arguments", Map.of()));

      Message.Request question = (Message.Request) client.next();
      assertThat(question.method()).isEqualTo("elicitation/create");
      assertThat(question.params()).containsEntry("message", "Delete everything?");
      client.say(
          new Message.Response(question.id(), Map.of("action", action, "content", Map.of())));

      Map<String, Object> result = ((Message.Response) client.next()).result();
      client.leave();
      Aside.get(serving);
      return result;
    }
  }

  private static final Map<String, Object> INITIALIZE =
      Map.of(
          "protocolVersion",
          "2025-11-25",
          "capabilities",
          Map.of("elicitation", Map.of()),
          "clientInfo",
          Map.of("name", "test", "version", "1"));

  /** The client's end of a connection without a wire: what is sent is received. */
  private static final class Asker implements AutoCloseable {
    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Connection.Receiver> server = new CompletableFuture<>();
    private final ExecutorService delivery = Executors.newCachedThreadPool();

    void ask(long id, String method, Map<String, Object> params) {
      say(new Message.Request(id, method, params));
    }

    void say(Message message) {
      server.thenAcceptAsync(
          receiver -> {
            Runnable work = receiver.received(message);
            if (work != null) {
              work.run();
            }
          },
          delivery);
    }

    Message next() throws InterruptedException {
      Message message = received.poll(Aside.WATCHDOG_SECONDS, TimeUnit.SECONDS);
      return Optional.ofNullable(message).orElseThrow();
    }

    void leave() {
      server.thenAccept(receiver -> receiver.ended("the client has left"));
    }

    @Override
    public void close() {
      delivery.shutdown();
    }

    Connection otherEnd() {
      return new Connection() {
        @Override
        public void start(Receiver receiver) {
          server.complete(receiver);
        }

        @Override
        public Receipt send(Message message) {
          received.add(message);
          return Connection.Receipt.SENT;
        }

        @Override
        public void close() {}
      };
    }
  }
}
