// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Access;
import dev.cleat.AsyncToolHandler;
import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.FailureKind;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpClientBuilder;
import dev.cleat.mcp.McpServer;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls through {@code call_tool}, as if they were direct ones. */
@ExtendWith(NoLeaks.class)
class CallToolTest {
  private final Aside aside = new Aside();
  private final ManySet all = new ManySet();

  @AfterEach
  void end() {
    aside.close();
  }

  @Test
  void wrongArgumentsAreNamed() {
    all.add("echo", (call, context) -> ToolResult.text(Json.print(call.arguments())));
    try (TestClient client = all.client(Era.STATELESS)) {
      assertThat(fails(client, Map.of())).contains("name has to be the name of a tool.");
      assertThat(fails(client, Map.of("name", 5))).contains("name has to be the name of a tool.");
      assertThat(fails(client, Map.of("name", "echo", "arguments", "{}")))
          .contains("arguments has to be an object");
      assertThat(fails(client, Map.of("name", "echo", "argument", Map.of())))
          .contains("argument is unknown. Did you mean \"arguments\"?");
      assertThat(
              client
                  .call("call_tool", Map.of("name", "eco"))
                  .failsWith(FailureKind.NOT_FOUND)
                  .text())
          .isEqualTo(
              "There is no tool \"eco\". Did you mean \"echo\"? search_tools tells what there is.");
      client
          .call("call_tool", ManySet.calling("echo", Map.of("a", List.of(1, Map.of()))))
          .succeedsWithText("{\"a\":[1,{}]}");
      assertThat(
              client
                  .call("search_tools", Map.of("query", "?!"))
                  .failsWith(FailureKind.INVALID_ARGUMENT)
                  .text())
          .contains("There is no word in the search text");
      client
          .call("search_tools", Map.of("query", "a", "limit", 26))
          .failsWith(FailureKind.INVALID_ARGUMENT);
    }
  }

  private static String fails(TestClient client, Map<String, ?> arguments) {
    return client.call("call_tool", arguments).failsWith(FailureKind.INVALID_ARGUMENT).text();
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void progressAndQuestionsPassThrough(Era era) {
    ToolHandler asking =
        (call, context) -> {
          context.confirm("Delete everything?");
          context.progress(1, 2, "half");
          return ToolResult.text("deleted");
        };
    AsyncToolHandler later =
        (call, context) -> {
          context.confirm("Delete everything?");
          context.progress(1, 2, "half");
          return CompletableFuture.supplyAsync(() -> ToolResult.text("deleted"));
        };
    all.add("now", asking);
    all.add("later", later);
    for (String tool : List.of("now", "later")) {
      List<String> heard = Collections.synchronizedList(new ArrayList<>());
      try (Wireless wireless = new Wireless();
          McpServer server = McpServer.builder().tools(all.searched(Access.DESTRUCTIVE)).build()) {
        server.accept(wireless.server);
        McpClient client = asking(era, wireless);
        ToolCall call =
            ToolCall.of("call_tool", ManySet.calling(tool, Map.of()))
                .withListener(new Person(heard));
        assertThat(client.callTool(call).text()).isEqualTo("deleted");
      }
      assertThat(heard).as(tool).containsExactly("Delete everything?", "half");
    }
  }

  /** A client that declares what its callers answer, which the older era wants beforehand. */
  private static McpClient asking(Era era, Wireless wireless) {
    McpClientBuilder client =
        McpClient.over(() -> wireless.client).callersAnswer(Person.CAPABILITIES);
    return (era == Era.HANDSHAKE ? client.handshakeOnly() : client).connect();
  }

  private record Person(List<String> heard) implements CallListener {
    static final ClientCapabilities CAPABILITIES =
        new ClientCapabilities(true, false, false, false, false, false);

    @Override
    public boolean wantsProgress() {
      return true;
    }

    @Override
    public void progress(double done, double total, String message) {
      heard.add(message);
    }

    @Override
    public ClientCapabilities capabilities() {
      return CAPABILITIES;
    }

    @Override
    public InputResponse answer(InputRequest request) {
      heard.add(((InputRequest.Form) request).message());
      return InputResponse.Elicited.accepted(Map.of());
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void failuresAreThoseOfTheTool(Era era) {
    all.add(
        "broken",
        (call, context) -> {
          throw new IllegalStateException("secret detail");
        });
    all.add(
        "refusing",
        (call, context) -> {
          throw ToolFailure.notFound("No such pod.", "List them.");
        });
    all.add(
        "unknown",
        (AsyncToolHandler)
            (call, context) ->
                CompletableFuture.failedFuture(new McpException.OutcomeUnknown("It was sent.")));
    try (TestClient client = all.client(era)) {
      assertThat(
              client
                  .call("call_tool", ManySet.calling("broken", Map.of()))
                  .failsWith(FailureKind.INTERNAL)
                  .text())
          .doesNotContain("secret");
      client
          .call("call_tool", ManySet.calling("refusing", Map.of()))
          .failsWith(FailureKind.NOT_FOUND);
      client
          .call("call_tool", ManySet.calling("unknown", Map.of()))
          .failsWith(FailureKind.OUTCOME_UNKNOWN);
    }
  }

  @Test
  void cancellingReachesAToolThatKeepsItsThread() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    all.add(
        "wait",
        (call, context) -> {
          entered.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
          }
          return ToolResult.text("never");
        });
    try (TestClient client = all.client(Era.STATELESS)) {
      CompletableFuture<ToolResult> running =
          client
              .client()
              .callToolAsync(ToolCall.of("call_tool", ManySet.calling("wait", Map.of())));
      Aside.await(entered);

      running.cancel(true);

      Aside.await(interrupted);
    }
  }

  @Test
  void cancellingReachesAToolThatGoesOnByItself() throws Exception {
    CompletableFuture<ToolResult> never = new CompletableFuture<>();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    var unused = never.whenComplete((result, failure) -> cancelled.countDown());
    all.add(
        "wait",
        (AsyncToolHandler)
            (call, context) -> {
              entered.countDown();
              return never;
            });
    try (TestClient client = all.client(Era.HANDSHAKE)) {
      CompletableFuture<ToolResult> running =
          client
              .client()
              .callToolAsync(ToolCall.of("call_tool", ManySet.calling("wait", Map.of())));
      Aside.await(entered);

      running.cancel(true);

      Aside.await(cancelled);
      assertThat(never).isCancelled();
    }
  }

  @Test
  void aToolThatKeepsItsThreadHoldsUpNobodyElse() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    all.add(
        "wait",
        (call, context) -> {
          entered.countDown();
          go.await();
          return ToolResult.text("done");
        });
    all.add("quick", (call, context) -> ToolResult.text("quick"));
    try (TestClient client = all.client(Era.STATELESS)) {
      Future<ToolResult> running =
          aside.call(() -> client.call("call_tool", ManySet.calling("wait", Map.of())).result());
      Aside.await(entered);

      client.call("call_tool", ManySet.calling("quick", Map.of())).succeedsWithText("quick");

      go.countDown();
      assertThat(Aside.get(running).text()).isEqualTo("done");
    }
  }

  @Test
  void callersOfThisProcessAreServedAlike() {
    all.add("echo", (call, context) -> ToolResult.text(call.tool() + Json.print(call.arguments())));
    try (McpClient client = McpClient.of("many", all.searched(Access.DESTRUCTIVE))) {
      ToolCall call = ToolCall.of("call_tool", ManySet.calling("echo", Map.of("a", 1)));
      assertThat(client.callTool(call).text()).isEqualTo("echo{\"a\":1}");
    }
    assertThat(all.closed).isTrue();
  }

  @Test
  void afterItsCloseNothingIsCalled() {
    all.add("echo", (call, context) -> ToolResult.text("x"));
    SearchToolSet set = all.searched(Access.DESTRUCTIVE);
    set.close();
    try (McpClient client = McpClient.of("many", set)) {
      assertThat(client.callTool(ToolCall.of("call_tool", Map.of("name", "echo"))))
          .isInstanceOfSatisfying(
              ToolResult.Failure.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    }
  }

  @Test
  void toolsOfTheSameNamesAreReachedThroughTheCall() {
    all.add("search_tools", (call, context) -> ToolResult.text("theirs"));
    all.always.add("search_tools");
    try (TestClient client = all.client(Era.STATELESS)) {
      assertThat(client.tools())
          .extracting(Tool::name)
          .containsExactly("search_tools", "call_tool");
      client.call("call_tool", Map.of("name", "search_tools")).succeedsWithText("theirs");
      assertThat(
              client
                  .call("search_tools", Map.of("query", "search tools"))
                  .succeedsAs(SearchTools.Answer.class)
                  .tools())
          .extracting(SearchTools.Row::name)
          .containsExactly("search_tools");
    }
  }
}
