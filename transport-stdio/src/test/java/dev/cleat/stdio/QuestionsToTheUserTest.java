// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tool asks the user, in either era. */
class QuestionsToTheUserTest extends ServerOverStreams {
  @Test
  void inTheOlderEraTheUserIsAskedWhileTheCallRuns() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tools(ToolSet.of(DELETES, ECHO)));
    peer.initialized("2025-11-25", "{\"elicitation\":{}}");

    peer.call(1, "delete", "{\"what\":\"a\"}");
    Map<String, Object> yes = peer.next("elicitation/create");
    peer.call(2, "echo", "{}");
    assertThat(peer.next().get("id")).isEqualTo(2L);
    peer.respond(yes.get("id"), "{\"action\":\"accept\",\"content\":{}}");
    assertThat(textOf(peer.next())).isEqualTo("deleted a");
    assertThat(at(yes, "params", "message")).isEqualTo("Delete a?");
    assertThat(at(yes, "params", "requestedSchema", "type")).isEqualTo("object");
    assertThat(at(yes, "params", "mode")).isEqualTo("form");

    for (String no : List.of("decline", "cancel")) {
      peer.call(3, "delete", "{\"what\":\"b\"}");
      peer.respond(peer.next("elicitation/create").get("id"), "{\"action\":\"" + no + "\"}");
      Map<String, Object> refused = peer.next();
      assertThat(kind(refused)).isEqualTo("declined");
      assertThat(textOf(refused)).contains("did not agree", "Delete b?");
    }
  }

  @Test
  void aQuestionThatTheClientRefusesIsANo() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    peer.initialized("2025-06-18", "{\"elicitation\":{}}");

    peer.call(1, "delete", "{\"what\":\"a\"}");
    peer.send(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + peer.next("elicitation/create").get("id")
            + ",\"error\":{\"code\":-32601,\"message\":\"what?\"}}");

    assertThat(kind(peer.next())).isEqualTo("declined");
  }

  @Test
  void aCancelledCallStopsWaitingForTheUserAndTellsTheClient() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    peer.initialized("2025-11-25", "{\"elicitation\":{\"form\":{}}}");

    peer.call(1, "delete", "{\"what\":\"a\"}");
    Object question = peer.next("elicitation/create").get("id");
    peer.cancel(1);

    assertThat(at(peer.next("notifications/cancelled"), "params", "requestId")).isEqualTo(question);
    peer.respond(question, "{\"action\":\"accept\"}");
    assertThat(peer.untilFence()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2025-11-25 | {}",
        "2025-11-25 | {\"sampling\":{}}",
        "2025-11-25 | {\"elicitation\":{\"url\":{}}}",
        "2025-03-26 | {\"elicitation\":{}}",
        "2024-11-05 | {\"elicitation\":{}}"
      })
  void aClientThatCannotAskGetsARefusal(String revision, String capabilities) throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    peer.initialized(revision, capabilities);

    peer.call(1, "delete", "{\"what\":\"a\"}");
    Map<String, Object> answer = peer.next();

    assertThat(kind(answer)).isEqualTo("declined");
    assertThat(textOf(answer)).contains("this client cannot ask", "--yes");
  }

  private static String modern(String capabilities) {
    return RawPeer.MODERN.replace("Capabilities\":{}", "Capabilities\":" + capabilities);
  }

  @Test
  void inTheNewerEraTheQuestionIsAnAnswerAndTheYesComesWithTheNextRequest() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));
    String asks = modern("{\"elicitation\":{}}");
    String deleteA = "\"name\":\"delete\",\"arguments\":{\"what\":\"a\"}," + asks;
    String deleteB = "\"name\":\"delete\",\"arguments\":{\"what\":\"b\"}," + asks;

    peer.request(1, "tools/call", deleteA);
    Map<String, Object> question = peer.next();
    Map<?, ?> asked = (Map<?, ?>) at(question, "result", "inputRequests");
    String key = (String) asked.keySet().iterator().next();
    String state = ",\"requestState\":\"" + at(question, "result", "requestState") + "\"";
    String responses = state + ",\"inputResponses\":{\"" + key + "\":{\"action\":\"%s\"}}";
    peer.request(2, "tools/call", deleteA + String.format(responses, "accept"));
    peer.request(3, "tools/call", deleteA + String.format(responses, "decline"));
    peer.request(4, "tools/call", deleteB + String.format(responses, "accept"));
    peer.request(
        5, "tools/call", deleteA + state + ",\"inputResponses\":{\"" + key + "\":\"yes\"}");
    peer.request(6, "tools/call", deleteA + state + ",\"inputResponses\":[1]");
    peer.request(
        7, "tools/call", deleteA + ",\"inputResponses\":{\"" + key + "\":{\"action\":\"accept\"}}");
    List<Map<String, Object>> answers = peer.answersTo(2L, 3L, 4L, 5L, 6L, 7L);

    assertThat(at(question, "result", "resultType")).isEqualTo("input_required");
    assertThat(asked).hasSize(1);
    assertThat(at(question, "result", "inputRequests", key, "method"))
        .isEqualTo("elicitation/create");
    assertThat(at(question, "result", "inputRequests", key, "params", "message"))
        .isEqualTo("Delete a?");
    assertThat(at(question, "result", "inputRequests", key, "params", "mode")).isEqualTo("form");
    assertThat(textOf(answers.get(0))).isEqualTo("deleted a");
    assertThat(kind(answers.get(1))).isEqualTo("declined");
    assertThat(code(answers.get(2))).as("the yes to another call").isEqualTo(-32602L);
    assertThat(answers.subList(3, 6))
        .extracting(a -> at(a, "result", "resultType"))
        .as("what is no answer at all, and a yes to what was never asked")
        .containsOnly("input_required");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"elicitation\":{\"url\":{}}}"})
  void inTheNewerEraAClientThatCannotAskGetsARefusal(String capabilities) throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES));

    peer.request(1, "tools/call", "\"name\":\"delete\",\"arguments\":{}," + modern(capabilities));

    assertThat(kind(peer.next())).isEqualTo("declined");
  }

  @Test
  void aServerThatAssumesYesAsksNobody() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(DELETES).assumeYes(true)).initialized();

    peer.call(1, "delete", "{\"what\":\"a\"}");

    assertThat(textOf(peer.next())).isEqualTo("deleted a");
  }
}
