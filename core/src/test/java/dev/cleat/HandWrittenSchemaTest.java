// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ToolSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools whose schema is written by hand get no arguments that do not fit it. */
class HandWrittenSchemaTest {
  private static final String SCHEMA =
      """
      {"type": "object", "additionalProperties": false, "required": ["kind"],
       "$defs": {"port": {"$anchor": "port", "type": "integer", "minimum": 1, "maximum": 65535}},
       "properties": {"kind": {"enum": ["tcp", "unix"]}, "port": {"$ref": "#port"},
                      "tags": {"type": "array", "uniqueItems": true}, "path": {"type": "string"}},
       "if": {"properties": {"kind": {"const": "unix"}}}, "then": {"required": ["path"]}}
      """;

  private static ToolResult call(String schema, String arguments) throws Exception {
    ServedTool tool =
        Tool.named("t")
            .readOnly()
            .handles(
                Schema.of(Json.object((Map<?, ?>) Json.parse(schema))),
                (call, context) -> ToolResult.text("handled"));
    try (McpClient client = McpClient.of("test", ToolSet.of(tool))) {
      return client.callTool(ToolCall.of("t", Json.object((Map<?, ?>) Json.parse(arguments))));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"kind\": \"tcp\"}",
        "{\"kind\": \"tcp\", \"port\": 80}",
        "{\"kind\": \"tcp\", \"port\": 80.0}",
        "{\"kind\": \"unix\", \"path\": \"/a\", \"tags\": [1, 2, \"1\"]}",
      })
  void argumentsThatFitReachTheHandler(String arguments) throws Exception {
    assertThat(call(SCHEMA, arguments).text()).isEqualTo("handled");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | kind",
        "{\"kind\": \"udp\"} | \"kind\"",
        "{\"kind\": \"tcp\", \"port\": 0} | \"port\"",
        "{\"kind\": \"tcp\", \"port\": 1.5} | \"port\"",
        "{\"kind\": \"tcp\", \"port\": null} | \"port\"",
        "{\"kind\": \"tcp\", \"prt\": 1} | prt",
        "{\"kind\": \"unix\"} | path",
        "{\"kind\": \"tcp\", \"tags\": [1, 1.0]} | \"tags\"",
      })
  void argumentsThatDoNotAreRefusedByName(String arguments, String named) throws Exception {
    ToolResult.Failure refused = (ToolResult.Failure) call(SCHEMA, arguments);

    assertThat(refused.kind()).isEqualTo(FailureKind.INVALID_ARGUMENT);
    assertThat(refused.message()).contains("arguments of t are wrong", named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"http://127.0.0.1:1/a.json\"}}}",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"file:///etc/hosts\"}}}",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/none\"}}}",
        "{\"$schema\": \"https://example.org/unknown\", \"type\": \"object\"}",
        "{\"type\": 7}",
      })
  void aSchemaThatNeedsMoreThanItselfIsAFaultAndLoadsNothing(String schema) throws Exception {
    ToolResult.Failure refused = (ToolResult.Failure) call(schema, "{\"a\": 1}");

    assertThat(refused.kind()).isEqualTo(FailureKind.INTERNAL);
  }

  @Test
  void aSchemaBeyondAllMeasureIsRefused() {
    StringBuilder many = new StringBuilder("{\"enum\":[");
    for (int i = 0; i < 20_000; i++) {
      many.append(i).append(',');
    }

    assertThatThrownBy(
            () -> new SchemaCheck(Schema.of(Json.object((Map<?, ?>) Json.parse(many + "0]}")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10000 parts");
  }
}
