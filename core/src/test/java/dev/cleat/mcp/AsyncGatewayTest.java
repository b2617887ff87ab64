// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.AsyncToolHandler;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.spi.Message;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server whose one tool passes its calls on to another server, and keeps no thread for that. */
class AsyncGatewayTest extends ScriptedSessions {
  private static final String MODERN =
      "\"_meta\":{\"progressToken\":7,"
          + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{\"form\":{}}}}";
  private static final String OLDER = "\"_meta\":{\"progressToken\":7}";

  private final ScriptedPeer front = new ScriptedPeer();
  private McpServer gateway;

  @BeforeEach
  void serve() {
    AsyncToolHandler passOn = (call, context) -> client.callToolAsync(call.withTool("greet"));
    Tool tool = Tool.named("t").readOnly().handles(Schema.anyObject(), passOn).tool();
    gateway = McpServer.builder().tool(new ServedTool(tool, passOn)).build();
    gateway.accept(front);
  }

  @AfterEach
  void closeGateway() {
    client.close();
    gateway.close();
  }

  private void modernBehind() throws Exception {
    modern(builder(), EVERYTHING);
  }

  private void olderBehind() throws Exception {
    legacy(builder().callersAnswer(FORMS), "2025-11-25", EVERYTHING);
  }

  private void olderInFront() throws Exception {
    front.ask(
        "i",
        "initialize",
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"elicitation\":{}}}");
    assertThat(front.next()).isInstanceOf(Message.Response.class);
  }

  /** A call by a client of the older era, which is sent log messages unless it says otherwise. */
  private Message.Request calledByOlder() throws Exception {
    front.ask(1L, "tools/call", "{\"name\":\"t\"," + OLDER + "}");
    server.request("logging/setLevel");
    return server.request("tools/call");
  }

  private Map<String, Object> answer(Object id) throws Exception {
    Message answer = front.next();
    assertThat(answer)
        .isInstanceOfSatisfying(
            Message.Response.class, response -> assertThat(response.id()).isEqualTo(id));
    return ((Message.Response) answer).result();
  }

  @Test
  void anAnswerAndWhatIsToldBeforeItGoThroughInTheirOrder() throws Exception {
    modernBehind();
    front.ask(1L, "tools/call", "{\"name\":\"t\"," + MODERN + "}");
    Message.Request behind = server.request("tools/call");
    Object token = meta(behind).get("progressToken");

    for (int i = 1; i <= 3; i++) {
      server.tell(
          "notifications/progress", "{\"progressToken\":" + token + ",\"progress\":" + i + "}");
    }
    server.respond(behind, text("done"));

    for (double i = 1; i <= 3; i++) {
      assertThat(front.notification("notifications/progress").params())
          .containsEntry("progressToken", 7L)
          .containsEntry("progress", i);
    }
    assertThat(answer(1L).toString()).contains("done");
  }

  @Test
  void aCancellationGoesThroughOnce() throws Exception {
    olderBehind();
    olderInFront();
    Message.Request behind = calledByOlder();

    front.tell("notifications/cancelled", "{\"requestId\":1}");

    assertThat(server.notification("notifications/cancelled").params())
        .containsEntry("requestId", behind.id());
    server.respond(behind, text("late"));
    front.ask("last", "ping", "{}");
    answer("last");
    server.assertSilent();
    front.assertSilent();
  }

  @Test
  void aQuestionOfTheOlderEraGoesThroughToAClientOfIt() throws Exception {
    olderBehind();
    olderInFront();
    Message.Request behind = calledByOlder();

    server.ask("q", "elicitation/create", FORM, behind.id());
    Message.Request question = front.request("elicitation/create");
    front.respond(question, "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"age\":3}}");

    assertThat(((Message.Response) server.next()).result())
        .containsEntry("content", Map.of("name", "Ada", "age", 3L));
    server.respond(behind, text("hello Ada"));
    assertThat(answer(1L).toString()).contains("hello Ada");
  }

  @Test
  void aQuestionOfTheOlderEraIsRefusedWhenTheClientOnlyAnswersBetweenRequests() throws Exception {
    olderBehind();
    front.ask(1L, "tools/call", "{\"name\":\"t\"," + MODERN + "}");
    Message.Request behind = server.request("tools/call");

    server.ask("q", "elicitation/create", FORM, behind.id());

    assertThat(((Message.ErrorResponse) server.next()).message())
        .contains("only answers between requests")
        .contains("2025-11-25");
    server.respond(behind, text("without an answer"));
    assertThat(answer(1L).toString()).contains("without an answer");
  }

  @Test
  void aRoundOfQuestionsGoesThroughAsOne() throws Exception {
    modernBehind();
    front.ask(1L, "tools/call", "{\"name\":\"t\"," + MODERN + "}");
    server.respond(
        server.request("tools/call"),
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"who\":" + QUESTION + "}}");

    Map<String, Object> asks = answer(1L);
    assertThat(asks).containsEntry("resultType", "input_required");
    String key = map(asks.get("inputRequests")).keySet().iterator().next();
    front.ask(
        2L,
        "tools/call",
        "{\"name\":\"t\",\"requestState\":\""
            + asks.get("requestState")
            + "\",\"inputResponses\":{\""
            + key
            + "\":{\"action\":\"accept\",\"content\":{\"name\":\"Ada\"}}},"
            + MODERN
            + "}");
    server.respond(
        server.request("tools/call"),
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"who\":" + QUESTION + "}}");
    Message.Request answered = server.request("tools/call");
    server.respond(answered, text("hello Ada"));

    assertThat(map(answered.params().get("inputResponses"))).containsOnlyKeys("who");
    assertThat(answer(2L).toString()).contains("hello Ada");
  }

  @Test
  void aLostServerIsAFailureThatSaysSo() throws Exception {
    modernBehind();
    front.ask(1L, "tools/call", "{\"name\":\"t\"," + MODERN + "}");
    server.request("tools/call");

    server.leave("it exited");

    assertThat(answer(1L).toString()).contains("outcome_unknown").contains("it exited");
  }
}
