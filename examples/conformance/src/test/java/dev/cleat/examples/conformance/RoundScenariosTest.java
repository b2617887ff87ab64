// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scenarios input-required-result-* of the conformance suite, over stdio. */
@ExtendWith(NoLeaks.class)
class RoundScenariosTest {
  private static final String PREFIX = "test_input_required_result_";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          elicitation   | user_name        | elicitation/create     | Hello, Alice!
          sampling      | capital_question | sampling/createMessage | Paris
          list_roots    | client_roots     | roots/list             | file:///work
          request_state | confirm          | elicitation/create     | state-ok
          """)
  void aQuestionEndsARoundAndItsAnswerTheCall(String tool, String key, String method, String answer)
      throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      client.answering(
          asked ->
              tool.equals("request_state")
                  ? Client.accepting(Map.of("ok", true))
                  : Client.HELPFUL.apply(asked));

      Reply first = client.askOnce("tools/call", call(tool));

      assertThat(first.at("resultType")).isEqualTo("input_required");
      assertThat(first.at("inputRequests", key, "method")).isEqualTo(method);
      assertThat((String) first.at("requestState")).isNotBlank();
      Reply last = client.ask("tools/call", call(tool));
      assertThat(last.at("resultType")).isEqualTo("complete");
      assertThat(last.text()).isEqualTo(answer);
    }
  }

  /** The fixtures were made for the stateless era; handlers do not know the difference. */
  @ParameterizedTest
  @EnumSource
  void threeThingsAreAskedAtOnce(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.ask("tools/call", call("multiple_inputs"));

      assertThat(reply.asked())
          .extracting(asked -> asked.get("method"))
          .containsExactlyInAnyOrder("elicitation/create", "sampling/createMessage", "roots/list");
      assertThat(reply.text()).isEqualTo("Alice, Paris, file:///work");
    }
  }

  @Test
  void theStateChangesFromRoundToRound() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Reply first = client.askOnce("tools/call", call("multi_round"));
      Reply second = client.askOnce("tools/call", again(first, "step1", Map.of("name", "Alice")));
      Reply third = client.askOnce("tools/call", again(second, "step2", Map.of("color", "blue")));

      assertThat(first.at("inputRequests", "step1", "method")).isEqualTo("elicitation/create");
      assertThat(second.at("inputRequests", "step2", "method")).isEqualTo("elicitation/create");
      assertThat(second.at("requestState")).isNotEqualTo(first.at("requestState"));
      assertThat(third.at("resultType")).isEqualTo("complete");
      assertThat(third.text()).isEqualTo("Alice likes blue");
    }
  }

  @Test
  void aForeignStateIsRefused() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Reply first = client.askOnce("tools/call", call("tampered_state"));

      Map<String, Object> tampered = call("tampered_state");
      tampered.put("inputResponses", Map.of("confirm", Client.accepting(Map.of("ok", true))));
      tampered.put("requestState", first.at("requestState") + "-TAMPERED");
      assertThat(client.askOnce("tools/call", tampered).errorCode()).isEqualTo(-32602);

      Map<String, Object> ofAnother = call("request_state");
      ofAnother.put("inputResponses", Map.of("confirm", Client.accepting(Map.of("ok", true))));
      ofAnother.put("requestState", first.at("requestState"));
      assertThat(client.askOnce("tools/call", ofAnother).errorCode()).isEqualTo(-32602);
    }
  }

  @Test
  void aWrongOrMalformedResponseIsAskedForAgain() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Map<String, Object> wrongKey = call("elicitation");
      wrongKey.put("inputResponses", Map.of("wrong_key", Client.accepting(Map.of("data", "x"))));
      Map<String, Object> noObject = call("elicitation");
      noObject.put("inputResponses", Map.of("user_name", 12345));
      Map<String, Object> nothing = call("elicitation");
      nothing.put("inputResponses", null);

      for (Map<String, Object> params : List.of(wrongKey, noObject, nothing)) {
        Reply reply = client.askOnce("tools/call", params);
        assertThat(reply.at("resultType")).isEqualTo("input_required");
        assertThat(((Map<?, ?>) reply.at("inputRequests")).keySet()).isEqualTo(Set.of("user_name"));
      }
    }
  }

  @Test
  void whatTheServerDidNotAskForIsIgnored() throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      Map<String, Object> extra =
          again(client.askOnce("tools/call", call("elicitation")), "user_name", Map.of());
      extra.put("name", PREFIX + "elicitation");
      extra.put(
          "inputResponses",
          Map.of(
              "user_name", Client.accepting(Map.of("name", "Alice")),
              "unknown_extra_key", Client.accepting(Map.of("foo", "bar"))));

      Reply reply = client.askOnce("tools/call", extra);

      assertThat(reply.at("resultType")).isEqualTo("complete");
      assertThat(reply.text()).isEqualTo("Hello, Alice!");
    }
  }

  @Test
  void onlyWhatTheClientDeclaresIsAsked() throws Exception {
    try (Client client = Client.of(Era.STATELESS, Map.of("sampling", Map.of()))) {
      Reply reply = client.askOnce("tools/call", call("capabilities"));

      assertThat(reply.at("resultType")).isEqualTo("input_required");
      assertThat(((Map<?, ?>) reply.at("inputRequests")).values())
          .extracting(asked -> Reply.in(asked, "method"))
          .containsExactly("sampling/createMessage");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tools/list", "prompts/list", "resources/list", "server/discover"})
  void otherMethodsNeverAsk(String method) throws Exception {
    try (Client client = Client.of(Era.STATELESS)) {
      assertThat(client.askOnce(method, Map.of()).at("resultType")).isEqualTo("complete");
    }
  }

  private static Map<String, Object> call(String tool) {
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("name", PREFIX + tool);
    params.put("arguments", Map.of());
    return params;
  }

  private static Map<String, Object> again(Reply before, String key, Map<String, Object> content) {
    Map<String, Object> params = call("multi_round");
    params.put("inputResponses", Map.of(key, Client.accepting(content)));
    params.put("requestState", before.at("requestState"));
    return params;
  }
}
