// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.FailureKind;
import dev.cleat.InputResponse;
import dev.cleat.McpException;
import dev.cleat.Root;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server of the newer era asks by its answers. */
class QuestionsBetweenRoundsTest extends ScriptedSessions {
  private static final String STATE = "s \\u0000 \\\"=?base64?";

  private static String asking(String requests, String state) {
    return "{\"resultType\":\"input_required\""
        + (requests.isEmpty() ? "" : ",\"inputRequests\":" + requests)
        + (state.isEmpty() ? "" : ",\"requestState\":\"" + state + "\"")
        + "}";
  }

  private Future<ToolResult> calling(CallListener listener) {
    return inBackground(
        () -> client.callTool(ToolCall.of("greet", Map.of("a", 1L)).withListener(listener)));
  }

  private static FailureKind kind(ToolResult result) {
    return ((ToolResult.Failure) result).kind();
  }

  @Test
  void aQuestionIsAnsweredInTheNextRequestOfTheCallAndInNoOther() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(answering(FORMS, asked -> named("Ada")));
    Message.Request first = server.request("tools/call");
    assertThat(meta(first).get("io.modelcontextprotocol/clientCapabilities"))
        .isEqualTo(Map.of("elicitation", Map.of("form", Map.of())));

    server.respond(first, asking("{\"who\":" + QUESTION + "}", STATE));
    Message.Request second = server.request("tools/call");
    Future<?> other = inBackground(() -> client.listTools());
    Message.Request list = server.request("tools/list");
    server.respond(list, "{\"tools\":[]}");
    get(other);

    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.params().get("name")).isEqualTo("greet");
    assertThat(second.params().get("arguments")).isEqualTo(Map.of("a", 1L));
    assertThat(second.params().get("inputResponses"))
        .as("with the default filled in")
        .isEqualTo(
            Map.of(
                "who", Map.of("action", "accept", "content", Map.of("name", "Ada", "age", 30L))));
    assertThat(second.params().get("requestState")).isEqualTo("s \u0000 \"=?base64?");
    assertThat(list.params()).containsOnlyKeys("_meta");

    server.respond(second, asking("{\"again\":" + QUESTION + "}", ""));
    Message.Request third = server.request("tools/call");
    assertThat(third.params()).as("no state came").doesNotContainKey("requestState");
    assertThat(map(third.params().get("inputResponses"))).containsOnlyKeys("again");
    server.respond(third, text("Hello"));
    assertThat(get(call).text()).isEqualTo("Hello");
  }

  @Test
  void aStateWithoutQuestionsIsBroughtBackAlone() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(CallListener.NONE);

    server.respond(server.request("tools/call"), asking("", "later"));
    Message.Request second = server.request("tools/call");

    assertThat(second.params().get("requestState")).isEqualTo("later");
    assertThat(second.params()).doesNotContainKey("inputResponses");
    server.respond(second, text("done"));
    assertThat(get(call).text()).isEqualTo("done");
  }

  @Test
  void whatTheListenerCannotAnswerTheClientsFeaturesDo() throws Exception {
    CallListener features =
        answering(
            ROOTS,
            asked ->
                new InputResponse.Roots(List.of(new Root("file:///home", Optional.of("home")))));
    modern(builder().features(features), EVERYTHING);
    Future<ToolResult> call = calling(answering(FORMS, asked -> named("Ada")));
    Message.Request first = server.request("tools/call");

    server.respond(
        first, asking("{\"who\":" + QUESTION + ",\"where\":{\"method\":\"roots/list\"}}", ""));
    Message.Request second = server.request("tools/call");

    assertThat(map(meta(first).get("io.modelcontextprotocol/clientCapabilities")))
        .containsOnlyKeys("elicitation", "roots");
    assertThat(map(second.params().get("inputResponses")).get("where"))
        .isEqualTo(Map.of("roots", List.of(Map.of("uri", "file:///home", "name", "home"))));
    server.respond(second, text("done"));
    get(call);
  }

  @Test
  void promptsAndResourcesAskToo() throws Exception {
    modern(builder(), EVERYTHING);
    CallListener listener = answering(FORMS, asked -> named("Ada"));

    Future<?> prompt = inBackground(() -> client.getPrompt("p", Map.of("x", "y"), listener));
    server.respond(server.request("prompts/get"), asking("{\"q\":" + QUESTION + "}", "1"));
    Message.Request again = server.request("prompts/get");
    assertThat(again.params()).containsKeys("inputResponses", "requestState", "arguments");
    server.respond(again, "{\"messages\":[]}");
    get(prompt);

    Future<?> read = inBackground(() -> client.readResource("a:b", listener));
    server.respond(server.request("resources/read"), asking("{\"q\":" + QUESTION + "}", "1"));
    again = server.request("resources/read");
    assertThat(again.params()).containsKeys("inputResponses", "requestState", "uri");
    server.respond(again, "{\"contents\":[]}");
    get(read);
  }

  @Test
  void aServerThatAsksInCirclesIsGivenUp() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(answering(FORMS, asked -> named("Ada")));

    for (int round = 0; round <= 16; round++) {
      server.respond(server.request("tools/call"), asking("{\"q\":" + QUESTION + "}", ""));
    }

    assertThat(kind(get(call))).isEqualTo(FailureKind.UPSTREAM);
    assertThat(get(call).text()).contains("16 rounds");
    server.assertSilent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resultType\":\"input_required\"}",
        "{\"resultType\":\"input_required\",\"inputRequests\":{}}",
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"q\":7}}",
        "{\"resultType\":\"input_required\",\"inputRequests\":{\"q\":{\"method\":\"ping\"}}}",
        "{\"resultType\":\"task\"}",
        "{\"resultType\":7}"
      })
  void whatMakesNoSenseIsAFailureOfTheServer(String result) throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(answering(FORMS, asked -> named("Ada")));
    server.respond(server.request("tools/call"), result);
    assertThat(kind(get(call))).isEqualTo(FailureKind.UPSTREAM);

    Future<?> read = inBackground(() -> client.readResource("a:b", CallListener.NONE));
    server.respond(server.request("resources/read"), result);
    assertThat(failureOf(read)).isInstanceOf(McpException.Protocol.class);
    server.assertSilent();
  }

  @Test
  void whatNobodyCanAnswerEndsTheCall() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(answering(ROOTS, asked -> named("Ada")));

    server.respond(server.request("tools/call"), asking("{\"q\":" + QUESTION + "}", "s"));

    assertThat(kind(get(call))).isEqualTo(FailureKind.UNSUPPORTED);
    assertThat(get(call).text()).contains("elicitation/create");
    server.assertSilent();
  }

  @Test
  void aListenerMayEndTheCallInsteadOfAnAnswer() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call =
        calling(
            answering(
                FORMS,
                asked -> {
                  throw new ToolFailure(FailureKind.DECLINED, "Not now.", "");
                }));
    server.respond(server.request("tools/call"), asking("{\"q\":" + QUESTION + "}", ""));
    assertThat(kind(get(call))).isEqualTo(FailureKind.DECLINED);

    CallListener wrong = answering(FORMS, asked -> new InputResponse.Roots(List.of()));
    Future<ToolResult> second = calling(wrong);
    server.respond(server.request("tools/call"), asking("{\"q\":" + QUESTION + "}", ""));
    assertThat(kind(get(second))).isEqualTo(FailureKind.INTERNAL);
    server.assertSilent();
  }

  @Test
  void whatIsDeclinedHasNoContentAndNoDefaults() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(answering(FORMS, asked -> InputResponse.Elicited.DECLINED));

    server.respond(server.request("tools/call"), asking("{\"q\":" + QUESTION + "}", ""));
    Message.Request second = server.request("tools/call");

    assertThat(second.params().get("inputResponses"))
        .isEqualTo(Map.of("q", Map.of("action", "decline")));
    server.respond(second, text("Pity."));
    get(call);
  }

  @Test
  void inTheOlderEraAnAnswerCannotAsk() throws Exception {
    legacy(builder(), "2025-11-25", EVERYTHING);
    Future<ToolResult> call = calling(answering(FORMS, asked -> named("Ada")));

    server.respond(server.request("tools/call"), asking("{\"q\":" + QUESTION + "}", "s"));

    assertThat(kind(get(call))).isEqualTo(FailureKind.UPSTREAM);
  }

  @Test
  void aCallWhoseHeadersNoLongerFitIsMadeOnceMoreAfterAList() throws Exception {
    modern(builder(), EVERYTHING);
    Future<ToolResult> call = calling(CallListener.NONE);
    server.refuse(server.request("tools/call"), -32020, "header mismatch", "");
    server.respond(server.request("tools/list"), "{\"tools\":[]}");
    server.respond(server.request("tools/call"), text("done"));
    assertThat(get(call).text()).isEqualTo("done");

    Future<ToolResult> hopeless = calling(CallListener.NONE);
    server.refuse(server.request("tools/call"), -32020, "header mismatch", "");
    server.respond(server.request("tools/list"), "{\"tools\":[]}");
    server.refuse(server.request("tools/call"), -32020, "header mismatch", "");
    assertThat(failureOf(hopeless)).isInstanceOf(McpException.Protocol.class);
    server.assertSilent();
  }

  @Test
  void aRequestFromAServerOfTheNewerEraIsRefused() throws Exception {
    modern(builder().features(answering(FORMS, asked -> named("Ada"))), EVERYTHING);

    server.ask("q", "elicitation/create", FORM);

    assertThat(server.next())
        .isInstanceOfSatisfying(
            Message.ErrorResponse.class, e -> assertThat(e.code()).isEqualTo(-32601));
  }

  @Test
  void capabilitiesAreThoseOfBoth() {
    ClientCapabilities none = ClientCapabilities.NONE;
    ClientCapabilities all = new ClientCapabilities(true, true, true, true, true, true);

    assertThat(Answers.either(none, none)).isEqualTo(none);
    assertThat(Answers.either(all, none)).isEqualTo(all);
    assertThat(Answers.either(none, all)).isEqualTo(all);
    assertThatThrownBy(() -> CallListener.NONE.answer(null)).isInstanceOf(ToolFailure.class);
  }
}
