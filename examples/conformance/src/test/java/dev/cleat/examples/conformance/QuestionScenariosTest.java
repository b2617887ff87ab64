// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The scenarios tools-call-sampling, tools-call-elicitation and elicitation-sep*, over stdio. The
 * suite runs them for 2025-11-25; the same tools work in the stateless era.
 */
@ExtendWith(NoLeaks.class)
class QuestionScenariosTest {

  @ParameterizedTest
  @EnumSource
  void aToolHasTheModelOfTheClientAnswer(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_sampling", Map.of("prompt", "What is the capital?"));

      assertThat(reply.text()).isEqualTo("LLM response: Paris");
      assertThat(reply.asked())
          .singleElement()
          .satisfies(
              asked -> {
                assertThat(asked.get("method")).isEqualTo("sampling/createMessage");
                assertThat(Reply.in(asked, "params", "messages", 0, "content", "text"))
                    .isEqualTo("What is the capital?");
                assertThat(Reply.in(asked, "params", "maxTokens")).isEqualTo(100L);
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aToolHasTheUserFillInAForm(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      client.answering(
          asked -> Client.accepting(Map.of("username", "ada", "email", "ada@example.com")));

      Reply reply = client.call("test_elicitation", Map.of("message", "Who are you?"));

      assertThat(reply.text()).startsWith("User response: action=accept").contains("ada@example");
      assertThat(reply.asked())
          .singleElement()
          .satisfies(
              asked -> {
                assertThat(asked.get("method")).isEqualTo("elicitation/create");
                assertThat(Reply.in(asked, "params", "message")).isEqualTo("Who are you?");
                assertThat(Reply.in(asked, "params", "requestedSchema", "type"))
                    .isEqualTo("object");
                assertThat(Reply.in(asked, "params", "requestedSchema", "required"))
                    .isEqualTo(List.of("username", "email"));
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNoIsAnAnswer(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      client.answering(asked -> Map.of("action", "decline"));

      assertThat(client.call("test_elicitation", Map.of("message", "Well?")).text())
          .isEqualTo("User response: action=decline, content={}");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFormKeepsItsDefaults(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_elicitation_sep1034_defaults", Map.of());

      Object form = Reply.in(reply.asked(), 0, "params", "requestedSchema", "properties");
      assertThat(Reply.in(form, "name", "default")).isEqualTo("John Doe");
      assertThat(Reply.in(form, "age", "type")).isEqualTo("integer");
      assertThat(Reply.in(form, "age", "default")).isEqualTo(30L);
      assertThat(Reply.in(form, "score", "type")).isEqualTo("number");
      assertThat(Reply.in(form, "score", "default")).isEqualTo(95.5);
      assertThat(Reply.in(form, "status", "enum"))
          .isEqualTo(List.of("active", "inactive", "pending"));
      assertThat(Reply.in(form, "status", "default")).isEqualTo("active");
      assertThat(Reply.in(form, "verified", "default")).isEqualTo(true);
      assertThat(reply.text()).startsWith("Elicitation completed: action=accept, content={");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFormKeepsItsChoices(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_elicitation_sep1330_enums", Map.of());

      Object form = Reply.in(reply.asked(), 0, "params", "requestedSchema", "properties");
      List<String> options = List.of("option1", "option2", "option3");
      assertThat(Reply.in(form, "untitledSingle", "enum")).isEqualTo(options);
      assertThat(Reply.in(form, "titledSingle", "oneOf", 0))
          .isEqualTo(Map.of("const", "value1", "title", "First Option"));
      assertThat(Reply.in(form, "legacyEnum", "enumNames"))
          .isEqualTo(List.of("Option One", "Option Two", "Option Three"));
      assertThat(Reply.in(form, "untitledMulti", "items", "enum")).isEqualTo(options);
      assertThat(Reply.in(form, "titledMulti", "items", "anyOf", 2))
          .isEqualTo(Map.of("const", "value3", "title", "Third Choice"));
      assertThat(reply.text()).startsWith("Elicitation completed: action=accept, content=");
    }
  }

  @Test
  void whatAClientHasNotDeclaredItIsNotAsked() throws Exception {
    try (Client able = Client.of(Era.STATELESS, Map.of());
        Client older = Client.of(Era.HANDSHAKE, Map.of())) {
      Reply reply = able.call("test_missing_capability", Map.of());

      assertThat(reply.errorCode()).isEqualTo(-32021);
      assertThat(Reply.in(reply.message(), "error", "data", "requiredCapabilities"))
          .isEqualTo(Map.of("sampling", Map.of()));
      Reply sameInTheOlderEra = older.call("test_missing_capability", Map.of());
      assertThat(sameInTheOlderEra.asked()).isEmpty();
      assertThat(sameInTheOlderEra.at("isError")).isEqualTo(true);
    }
  }
}
