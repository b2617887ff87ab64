// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static dev.cleat.examples.conformance.Samples.tool;

import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.Json;
import dev.cleat.ResourceContents;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.examples.conformance.Samples.None;
import java.util.List;

/** Tools that answer at once, with each kind of content, and tools of unusual schemas. */
final class ContentTools {
  private static final String SCHEMA_2020_12 =
      """
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
          "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
          }
        },
        "properties": {
          "name": {"type": "string"},
          "address": {"$ref": "#/$defs/address"},
          "contactMethod": {"type": "string", "enum": ["phone", "email"]},
          "phone": {"type": "string"},
          "email": {"type": "string"}
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {
          "properties": {"contactMethod": {"const": "phone"}},
          "required": ["contactMethod"]
        },
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false
      }
      """;

  private static final String SCHEMA_WITH_HEADERS =
      """
      {
        "type": "object",
        "properties": {
          "region": {
            "type": "string",
            "description": "Where to look; travels as a header too.",
            "x-mcp-header": "Region"
          },
          "most": {
            "type": "integer",
            "description": "How many to find; travels as a header too.",
            "x-mcp-header": "Most"
          }
        }
      }
      """;

  private ContentTools() {}

  static List<ServedTool> all() {
    return List.of(
        answering(
            "test_simple_text",
            "Answers with one text.",
            Samples.text("This is a simple text response for testing.")),
        answering("test_image_content", "Answers with a picture.", Samples.picture()),
        answering(
            "test_audio_content",
            "Answers with a sound.",
            new Content.Audio(Samples.WAV, "audio/wav")),
        answering(
            "test_embedded_resource",
            "Answers with the contents of a resource.",
            embedded(
                "test://embedded-resource", "text/plain", "This is an embedded resource content.")),
        answering(
            "test_multiple_content_types",
            "Answers with a text, a picture and the contents of a resource.",
            Samples.text("Multiple content types test:"),
            Samples.picture(),
            embedded(
                "test://mixed-content-resource",
                "application/json",
                "{\"test\":\"data\",\"value\":123}")),
        tool("test_error_handling", "Always fails.")
            .handles(
                None.class,
                (none, call) ->
                    ToolResult.failure(
                        FailureKind.INTERNAL,
                        "This tool intentionally returns an error for testing",
                        "")),
        tool("json_schema_2020_12_tool", "Has a schema that uses much of JSON Schema 2020-12.")
            .handles(Samples.schema(SCHEMA_2020_12), (call, context) -> echo(call.arguments())),
        tool("test_x_mcp_header", "Takes arguments that travel as HTTP headers too.")
            .handles(
                Samples.schema(SCHEMA_WITH_HEADERS), (call, context) -> echo(call.arguments())));
  }

  static Content embedded(String uri, String mimeType, String text) {
    return new Content.Embedded(ResourceContents.text(uri, mimeType, text));
  }

  private static ServedTool answering(String name, String description, Content... blocks) {
    ToolResult answer = ToolResult.of(blocks);
    return tool(name, description).handles(None.class, (none, call) -> answer);
  }

  private static ToolResult echo(Object arguments) {
    return ToolResult.text("Called with: " + Json.print(arguments));
  }
}
