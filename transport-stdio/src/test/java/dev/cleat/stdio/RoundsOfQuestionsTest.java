// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Doc;
import dev.cleat.InputRequest;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Handlers that ask a client of the stateless era, over one round and several. Public, because a
 * form is a record that has to be reachable.
 */
public class RoundsOfQuestionsTest extends ServerOverStreams {
  public record Name(@Doc("What to be called.") String name) {}

  private static final ServedTool GREETS =
      tool(
          "greet",
          (call, context) -> {
            Optional<Name> first = context.elicit("First name?", Name.class);
            if (first.isEmpty()) {
              return ToolResult.text("nobody");
            }
            Optional<Name> last = context.elicit("Last name?", Name.class);
            String model = context.sample(InputRequest.Sampling.of("Greet.", 50)).text().orElse("");
            return ToolResult.text(
                model + " " + first.get().name() + " " + last.map(Name::name).orElse("?"));
          });

  private static final ServedTool ASKS_TWICE =
      tool(
          "twice",
          (call, context) -> {
            String one = context.elicit("Name?", Name.class).orElseThrow().name();
            String two = context.elicit("Name?", Name.class).orElseThrow().name();
            return ToolResult.text(one + two);
          });

  private static final ServedTool ASKS_ALL =
      tool(
          "all",
          (call, context) -> {
            Map<String, InputRequest> questions = new LinkedHashMap<>();
            questions.put("name", InputRequest.Form.of("Name?", Name.class));
            questions.put("poem", InputRequest.Sampling.of("A poem.", 9));
            questions.put("where", new InputRequest.Roots());
            return ToolResult.text(context.askAll(questions).keySet().toString());
          });

  private static final String CAN = "{\"elicitation\":{\"form\":{}},\"sampling\":{},\"roots\":{}}";

  private static String meta(String capabilities) {
    return RawPeer.MODERN.replace("Capabilities\":{}", "Capabilities\":" + capabilities);
  }

  private static String greet(String more) {
    return "\"name\":\"greet\",\"arguments\":{}," + meta(CAN) + more;
  }

  private static String accepted(String name) {
    return "{\"action\":\"accept\",\"content\":{\"name\":\"" + name + "\"}}";
  }

  private static String answering(Map<String, Object> question, String response) {
    Map<?, ?> asked = (Map<?, ?>) at(question, "result", "inputRequests");
    return ",\"requestState\":\""
        + at(question, "result", "requestState")
        + "\",\"inputResponses\":{\""
        + asked.keySet().iterator().next()
        + "\":"
        + response
        + "}";
  }

  private static Object asked(Map<String, Object> question) {
    Map<?, ?> requests = (Map<?, ?>) at(question, "result", "inputRequests");
    Map<?, ?> first = (Map<?, ?>) requests.values().iterator().next();
    return ((Map<?, ?>) first.get("params")).get("message");
  }

  @Test
  void earlierAnswersAreKeptWhileLaterOnesAreAsked() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(GREETS));

    peer.request(1, "tools/call", greet(""));
    Map<String, Object> first = peer.next();
    peer.request(2, "tools/call", greet(answering(first, accepted("Ada"))));
    Map<String, Object> second = peer.next();
    peer.request(3, "tools/call", greet(answering(second, accepted("Lovelace"))));
    Map<String, Object> third = peer.next();
    String said = "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",";
    peer.request(4, "tools/call", greet(answering(third, said + "\"text\":\"Hi\"}}")));

    assertThat(asked(first)).isEqualTo("First name?");
    assertThat(asked(second)).isEqualTo("Last name?");
    assertThat(at(third, "result", "inputRequests").toString()).contains("sampling/createMessage");
    assertThat(textOf(peer.next())).isEqualTo("Hi Ada Lovelace");
  }

  @Test
  void theSameQuestionTwiceIsTwoQuestions() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ASKS_TWICE));
    String call = "\"name\":\"twice\",\"arguments\":{}," + meta(CAN);

    peer.request(1, "tools/call", call);
    Map<String, Object> first = peer.next();
    peer.request(2, "tools/call", call + answering(first, accepted("a")));
    Map<String, Object> second = peer.next();
    peer.request(3, "tools/call", call + answering(second, accepted("b")));

    assertThat(textOf(peer.next())).isEqualTo("ab");
  }

  @Test
  void severalQuestionsGoInOneRoundAndOnlyTheOpenOnesAgain() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ASKS_ALL));
    String call = "\"name\":\"all\",\"arguments\":{}," + meta(CAN);

    peer.request(1, "tools/call", call);
    Map<String, Object> all = peer.next();
    String state = ",\"requestState\":\"" + at(all, "result", "requestState") + "\"";
    peer.request(
        2,
        "tools/call",
        call
            + state
            + ",\"inputResponses\":{\"where\":{\"roots\":[]},\"stranger\":{\"action\":\"accept\"},"
            + "\"name\":"
            + accepted("x")
            + "}");
    Map<String, Object> rest = peer.next();
    String poem = "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"la\"}}";
    peer.request(3, "tools/call", call + answering(rest, poem));

    assertThat(((Map<?, ?>) at(all, "result", "inputRequests")).keySet().toString())
        .isEqualTo("[name, poem, where]");
    assertThat(((Map<?, ?>) at(rest, "result", "inputRequests")).keySet().toString())
        .isEqualTo("[poem]");
    assertThat(textOf(peer.next())).isEqualTo("[name, poem, where]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%sx", "x%s", "", ".", "e30.e30", "%s.%s", "!"})
  void aStateThatIsNotOursIsRefused(String forged) throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(GREETS));
    peer.request(1, "tools/call", greet(""));
    String state = (String) at(peer.next(), "result", "requestState");

    String changed = forged.replace("%s", state);
    peer.request(2, "tools/call", greet(",\"requestState\":\"" + changed + "\""));
    Map<String, Object> refused = peer.next();

    assertThat(code(refused)).isEqualTo(-32602L);
    assertThat(at(refused, "error", "message").toString()).contains("requestState");
  }

  @Test
  void aStateIsGoodForItsOwnCallOnlyAndOnlyAtServersWithItsKey() throws Exception {
    byte[] key = new byte[32];
    RawPeer peer = peerOf(McpServer.builder().tool(GREETS).stateKey(key));
    RawPeer replica = peerOf(McpServer.builder().tool(GREETS).stateKey(key));
    RawPeer stranger = peerOf(McpServer.builder().tool(GREETS));
    peer.request(1, "tools/call", greet(""));
    String answer = answering(peer.next(), "{\"action\":\"decline\"}");

    peer.request(2, "tools/call", greet(answer).replace("{}", "{\"a\":1}"));
    replica.request(3, "tools/call", greet(answer));
    stranger.request(4, "tools/call", greet(answer));

    assertThat(code(peer.next())).isEqualTo(-32602L);
    assertThat(textOf(replica.next())).isEqualTo("nobody");
    assertThat(code(stranger.next())).isEqualTo(-32602L);
  }

  @Test
  void whatAClientHasNotDeclaredIsAnErrorThatNamesIt() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tools(ToolSet.of(GREETS, ASKS_ALL)));

    peer.request(1, "tools/call", "\"name\":\"greet\",\"arguments\":{}," + meta("{}"));
    peer.request(
        2, "tools/call", "\"name\":\"all\",\"arguments\":{}," + meta("{\"elicitation\":{}}"));
    var answers = peer.answersTo(1L, 2L);

    assertThat(answers).extracting(ServerOverStreams::code).containsOnly(-32021L);
    assertThat(at(answers.get(0), "error", "data", "requiredCapabilities"))
        .isEqualTo(Map.of("elicitation", Map.of("form", Map.of())));
    assertThat(at(answers.get(1), "error", "data", "requiredCapabilities"))
        .isEqualTo(Map.of("sampling", Map.of()));
  }

  @Test
  void aPromptMayAskToo() throws Exception {
    RawPeer peer =
        peerOf(
            McpServer.builder()
                .prompt(
                    Prompt.named("hello")
                        .gives(
                            (arguments, context) ->
                                PromptResult.text(
                                    context.elicit("Who?", Name.class).orElseThrow().name()))));
    String get = "\"name\":\"hello\"," + meta(CAN);

    peer.request(1, "prompts/get", get);
    Map<String, Object> question = peer.next();
    peer.request(2, "prompts/get", get + answering(question, accepted("Eve")));

    assertThat(at(question, "result", "resultType")).isEqualTo("input_required");
    assertThat(peer.next().toString()).contains("text=Eve");
  }

  @Test
  void inTheOlderEraTheSameHandlersAskWhileTheyRun() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tools(ToolSet.of(GREETS, ASKS_ALL)));
    peer.initialized("2025-11-25", CAN);

    peer.call(1, "greet", "{}");
    peer.respond(peer.next("elicitation/create").get("id"), accepted("Ada"));
    peer.respond(peer.next("elicitation/create").get("id"), accepted("L"));
    peer.respond(
        peer.next("sampling/createMessage").get("id"),
        "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"Yo\"}}");
    String greeting = textOf(peer.next());
    peer.call(2, "all", "{}");
    peer.respond(peer.next("elicitation/create").get("id"), accepted("Ada"));
    peer.respond(peer.next("sampling/createMessage").get("id"), "{\"no\":\"message\"}");

    assertThat(greeting).isEqualTo("Yo Ada L");
    assertThat(kind(peer.next())).isEqualTo("upstream");
  }

  @Test
  void inTheOlderEraAClientThatCannotIsNotAsked() throws Exception {
    RawPeer peer = peerOf(GREETS);

    peer.call(1, "greet", "{}");
    Map<String, Object> answer = peer.next();

    assertThat(kind(answer)).isEqualTo("unsupported");
    assertThat(textOf(answer)).contains("elicitation/create", "not declared");
  }
}
