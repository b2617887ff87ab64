// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.testkit.NoLeaks;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The scenarios tools-* and json-schema-2020-12 of the conformance suite, over stdio. */
@ExtendWith(NoLeaks.class)
class ToolScenariosTest {

  @ParameterizedTest
  @EnumSource
  void everyListedToolHasAUniqueNameADescriptionAndASchema(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      List<?> tools = (List<?>) client.ask("tools/list", Map.of()).at("tools");

      Set<Object> names = new HashSet<>();
      assertThat(tools)
          .isNotEmpty()
          .allSatisfy(
              tool -> {
                assertThat(names.add(Reply.in(tool, "name"))).isTrue();
                assertThat((String) Reply.in(tool, "description")).isNotBlank();
                assertThat(Reply.in(tool, "inputSchema", "type")).isEqualTo("object");
              });
      assertThat(names).contains("test_simple_text", "test_trigger_tool_change");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theKeywordsOfASchemaAreKept(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      List<?> tools = (List<?>) client.ask("tools/list", Map.of()).at("tools");

      Object schema =
          tools.stream()
              .filter(tool -> "json_schema_2020_12_tool".equals(Reply.in(tool, "name")))
              .map(tool -> Reply.in(tool, "inputSchema"))
              .findFirst()
              .orElseThrow();
      assertThat(Reply.in(schema, "$schema"))
          .isEqualTo("https://json-schema.org/draft/2020-12/schema");
      assertThat(Reply.in(schema, "$defs", "address", "$anchor")).isEqualTo("addressDef");
      assertThat(Reply.in(schema, "properties", "address", "$ref")).isEqualTo("#/$defs/address");
      assertThat(Reply.in(schema, "additionalProperties")).isEqualTo(false);
      assertThat(Reply.in(schema, "allOf", 0, "anyOf", 1, "required", 0)).isEqualTo("email");
      assertThat(Reply.in(schema, "if", "properties", "contactMethod", "const")).isEqualTo("phone");
      assertThat(Reply.in(schema, "then", "required", 0)).isEqualTo("phone");
      assertThat(Reply.in(schema, "else", "required", 0)).isEqualTo("email");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aToolAnswersWithText(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_simple_text", Map.of());

      assertThat(reply.at("content"))
          .isEqualTo(
              List.of(
                  Map.of("type", "text", "text", "This is a simple text response for testing.")));
      assertThat(reply.at("isError")).isNotEqualTo(true);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HANDSHAKE, test_image_content, image, image/png",
    "STATELESS, test_image_content, image, image/png",
    "HANDSHAKE, test_audio_content, audio, audio/wav",
    "STATELESS, test_audio_content, audio, audio/wav"
  })
  void aToolAnswersWithBytes(Era era, String tool, String type, String mimeType) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call(tool, Map.of());

      assertThat(reply.at("content", 0, "type")).isEqualTo(type);
      assertThat(reply.at("content", 0, "mimeType")).isEqualTo(mimeType);
      assertThat((String) reply.at("content", 0, "data")).isBase64();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aToolAnswersWithTheContentsOfAResource(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_embedded_resource", Map.of());

      assertThat(reply.at("content", 0, "type")).isEqualTo("resource");
      assertThat(reply.at("content", 0, "resource"))
          .isEqualTo(
              Map.of(
                  "uri", "test://embedded-resource",
                  "mimeType", "text/plain",
                  "text", "This is an embedded resource content."));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aToolAnswersWithContentOfSeveralKinds(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_multiple_content_types", Map.of());

      assertThat((List<?>) reply.at("content"))
          .extracting(block -> Reply.in(block, "type"))
          .containsExactly("text", "image", "resource");
      assertThat(reply.at("content", 2, "resource", "text"))
          .isEqualTo("{\"test\":\"data\",\"value\":123}");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aToolThatFailsAnswersWithAnErrorInItsResult(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply = client.call("test_error_handling", Map.of());

      assertThat(reply.at("isError")).isEqualTo(true);
      assertThat(reply.text()).isEqualTo("This tool intentionally returns an error for testing");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownToolIsAnErrorOfTheProtocol(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      assertThat(client.call("no_such_tool", Map.of()).errorCode()).isEqualTo(-32602);
    }
  }

  @ParameterizedTest
  @EnumSource
  void progressRisesAndCarriesTheToken(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      Reply reply =
          client.ask(
              "tools/call",
              Map.of(
                  "name", "test_tool_with_progress",
                  "arguments", Map.of(),
                  "_meta", Map.of("progressToken", "progress-1")));

      assertThat(reply.heard())
          .allSatisfy(
              told -> {
                assertThat(told.get("method")).isEqualTo("notifications/progress");
                assertThat(Reply.in(told, "params", "progressToken")).isEqualTo("progress-1");
                assertThat(number(told, "total")).isEqualTo(100);
              })
          .extracting(told -> number(told, "progress"))
          .containsExactly(0.0, 50.0, 100.0);
      assertThat(reply.at("isError")).isNotEqualTo(true);
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutATokenThereIsNoProgress(Era era) throws Exception {
    try (Client client = Client.of(era)) {
      assertThat(client.call("test_tool_with_progress", Map.of()).heard()).isEmpty();
    }
  }

  private static double number(Map<String, Object> told, String name) {
    return ((Number) Reply.in(told, "params", name)).doubleValue();
  }
}
