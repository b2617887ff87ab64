// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.CallListener;
import dev.cleat.ClientCapabilities;
import dev.cleat.ClientFeatures;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.Json;
import dev.cleat.Prompt;
import dev.cleat.Resource;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a client does in one scenario.
 *
 * @param name the scenario
 * @param context what the suite tells about it
 */
record ClientScenario(String name, Map<String, Object> context) {
  private static final ClientCapabilities FORMS =
      new ClientCapabilities(true, false, false, false, false, false);

  private static final ClientCapabilities ALL =
      new ClientCapabilities(true, true, true, true, true, true);

  /** How the client answers the server. */
  ClientFeatures features() {
    return switch (name) {
      case "elicitation-sep1034-client-defaults" -> new Accepting(FORMS);
      // Nothing is asked there; it is what is declared that counts.
      case "request-metadata" -> new Accepting(ALL);
      default -> ClientFeatures.NONE;
    };
  }

  /** Accepts every form as it is: what is filled in are its defaults. */
  private record Accepting(ClientCapabilities capabilities) implements ClientFeatures {
    @Override
    public InputResponse answer(InputRequest request) {
      return InputResponse.Elicited.accepted(Map.of());
    }
  }

  /** Does it. */
  void with(McpClient client) {
    switch (name) {
      case "elicitation-sep1034-client-defaults" ->
          call(client, "test_client_elicitation_defaults", Map.of());
      case "sse-retry" -> call(client, "test_reconnection", Map.of());
      case "http-standard-headers" -> useEverything(client);
      case "http-custom-headers" -> callAsTold(client);
      case "http-invalid-tool-headers" -> {
        client.listTools();
        call(client, "valid_tool", Map.of("region", "us-west1"));
      }
      case "sep-2322-client-request-state" -> goManyRounds(client);
      case "json-schema-2020-12-preservation" -> giveBackSchema(client);
      case "initialize", "tools_call" -> addNumbers(client);
      default -> client.listTools();
    }
  }

  private static void addNumbers(McpClient client) {
    for (Tool tool : client.listTools()) {
      call(client, tool.name(), Map.of("a", 5, "b", 3));
    }
  }

  private static void useEverything(McpClient client) {
    for (Tool tool : client.listTools()) {
      call(client, tool.name(), Map.of());
    }
    for (Resource resource : client.listResources()) {
      client.readResource(resource.uri(), CallListener.NONE);
    }
    for (Prompt prompt : client.listPrompts()) {
      client.getPrompt(prompt.name(), Map.of(), CallListener.NONE);
    }
  }

  private void callAsTold(McpClient client) {
    client.listTools();
    if (context.get("toolCalls") instanceof List<?> calls) {
      for (Object call : calls) {
        if (call instanceof Map<?, ?> told && told.get("arguments") instanceof Map<?, ?> given) {
          call(client, String.valueOf(told.get("name")), Json.object(given));
        }
      }
    }
  }

  /** Rounds of one tool, with a call of another between them. */
  private static void goManyRounds(McpClient client) {
    CallListener confirming =
        new CallListener() {
          @Override
          public ClientCapabilities capabilities() {
            return FORMS;
          }

          @Override
          public InputResponse answer(InputRequest request) {
            call(client, "test_mrtr_unrelated", Map.of());
            return InputResponse.Elicited.accepted(Map.of("confirmed", true));
          }
        };
    client.callTool(ToolCall.of("test_mrtr_echo_state", Map.of()).withListener(confirming));
    client.callTool(ToolCall.of("test_mrtr_no_state", Map.of()).withListener(confirming));
    call(client, "test_mrtr_no_result_type", Map.of());
  }

  private static void giveBackSchema(McpClient client) {
    Optional<Schema> schema =
        client.listTools().stream()
            .filter(tool -> tool.name().equals("json_schema_2020_12_tool"))
            .map(Tool::inputSchema)
            .findFirst();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("schema", schema.orElseThrow().json());
    call(client, "json_schema_echo", arguments);
  }

  private static void call(McpClient client, String tool, Map<String, ?> arguments) {
    ToolResult result = client.callTool(ToolCall.of(tool, arguments));
    System.err.println(tool + ": " + result.text());
  }
}
