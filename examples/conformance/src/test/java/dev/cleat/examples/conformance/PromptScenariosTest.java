// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The scenarios prompts-* and completion-complete of the conformance suite, over stdio. */
@ExtendWith(NoLeaks.class)
class PromptScenariosTest {

  @ParameterizedTest
  @EnumSource
  void everyListedPromptHasANameAndADescription(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      List<?> prompts = (List<?>) client.ask("prompts/list", Map.of()).at("prompts");

      assertThat(prompts)
          .allSatisfy(prompt -> assertThat((String) Reply.in(prompt, "description")).isNotBlank())
          .extracting(prompt -> Reply.in(prompt, "name"))
          .containsExactly(
              "test_simple_prompt",
              "test_prompt_with_arguments",
              "test_prompt_with_embedded_resource",
              "test_prompt_with_image",
              "test_input_required_result_prompt");
      assertThat(Reply.in(prompts, 1, "arguments", 0, "name")).isEqualTo("arg1");
      assertThat(Reply.in(prompts, 1, "arguments", 0, "required")).isEqualTo(true);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPromptGivesItsMessage(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      assertThat(get(client, "test_simple_prompt", Map.of()).at("messages"))
          .isEqualTo(
              List.of(
                  Map.of(
                      "role",
                      "user",
                      "content",
                      Map.of("type", "text", "text", "This is a simple prompt for testing."))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPromptTakesArguments(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply =
          get(client, "test_prompt_with_arguments", Map.of("arg1", "testValue1", "arg2", "two"));

      assertThat(reply.at("messages", 0, "content", "text"))
          .isEqualTo("Prompt with arguments: arg1='testValue1', arg2='two'");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPromptIncludesTheContentsOfAResource(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply =
          get(
              client,
              "test_prompt_with_embedded_resource",
              Map.of("resourceUri", "test://example-resource"));

      assertThat(reply.at("messages", 0, "content", "type")).isEqualTo("resource");
      assertThat(reply.at("messages", 0, "content", "resource"))
          .isEqualTo(
              Map.of(
                  "uri", "test://example-resource",
                  "mimeType", "text/plain",
                  "text", "Embedded resource content for testing."));
      assertThat(reply.at("messages", 1, "content", "text"))
          .isEqualTo("Please process the embedded resource above.");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPromptIncludesAPicture(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = get(client, "test_prompt_with_image", Map.of());

      assertThat(reply.at("messages", 0, "content", "type")).isEqualTo("image");
      assertThat(reply.at("messages", 0, "content", "mimeType")).isEqualTo("image/png");
      assertThat((String) reply.at("messages", 0, "content", "data")).isBase64();
      assertThat(reply.at("messages", 1, "content", "text"))
          .isEqualTo("Please analyze the image above.");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPromptAsksBeforeItAnswers(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      client.answering(asked -> Client.accepting(Map.of("context", "a test")));

      Reply reply = get(client, "test_input_required_result_prompt", Map.of());

      assertThat(reply.asked())
          .singleElement()
          .satisfies(
              asked -> {
                assertThat(asked.get("method")).isEqualTo("elicitation/create");
                assertThat(Reply.in(asked, "params", "requestedSchema", "required", 0))
                    .isEqualTo("context");
              });
      assertThat((String) reply.at("messages", 0, "content", "text")).contains("a test");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownPromptOrAMissingArgumentIsAnError(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      assertThat(get(client, "no_such_prompt", Map.of()).errorCode()).isEqualTo(-32602);
      assertThat(get(client, "test_prompt_with_arguments", Map.of("arg1", "x")).errorCode())
          .isEqualTo(-32602);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anArgumentIsCompleted(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply =
          client.ask(
              "completion/complete",
              Map.of(
                  "ref",
                  Map.of("type", "ref/prompt", "name", "test_prompt_with_arguments"),
                  "argument",
                  Map.of("name", "arg1", "value", "test")));

      assertThat(reply.at("completion", "values")).isEqualTo(List.of("test", "testing"));
      assertThat(reply.at("completion", "hasMore")).isNotEqualTo(true);
    }
  }

  private static Reply get(Client client, String prompt, Map<String, String> arguments)
      throws Exception {
    return client.ask("prompts/get", Map.of("name", prompt, "arguments", arguments));
  }
}
