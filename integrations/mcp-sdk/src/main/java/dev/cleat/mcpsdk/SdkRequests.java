// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests of our client, each made by the method that the SDK's client has for it. Blocks. */
final class SdkRequests {
  private final McpSyncClient client;
  private final SdkJson json;

  SdkRequests(McpSyncClient client, SdkJson json) {
    this.client = client;
    this.json = json;
  }

  /**
   * The result of a request.
   *
   * @throws McpError when the server refused it
   * @throws RuntimeException when there is no answer
   */
  Map<String, Object> answer(Message.Request request) {
    Map<String, Object> params = request.params();
    mustBeDeclared(request.method());
    switch (request.method()) {
      case Protocol.INITIALIZE:
        return json.plain(client.getCurrentInitializationResult());
      case "ping":
        client.ping();
        return Map.of();
      case "tools/list":
        return json.plain(client.listTools(cursor(params), meta(params)));
      case Protocol.TOOLS_CALL:
        return json.plain(client.callTool(json.typed(params, McpSchema.CallToolRequest.class)));
      case "prompts/list":
        return json.plain(client.listPrompts(cursor(params), meta(params)));
      case "prompts/get":
        return json.plain(client.getPrompt(json.typed(params, McpSchema.GetPromptRequest.class)));
      case "resources/list":
        return json.plain(client.listResources(cursor(params), meta(params)));
      case "resources/templates/list":
        return json.plain(client.listResourceTemplates(cursor(params), meta(params)));
      case "resources/read":
        return json.plain(
            client.readResource(json.typed(params, McpSchema.ReadResourceRequest.class)));
      case "resources/subscribe":
        client.subscribeResource(json.typed(params, McpSchema.SubscribeRequest.class));
        return Map.of();
      case "resources/unsubscribe":
        client.unsubscribeResource(json.typed(params, McpSchema.UnsubscribeRequest.class));
        return Map.of();
      case "completion/complete":
        return json.plain(
            client.completeCompletion(json.typed(params, McpSchema.CompleteRequest.class)));
      case "logging/setLevel":
        String level = String.valueOf(SdkJson.text(params, "level")).toUpperCase(Locale.ROOT);
        client.setLoggingLevel(McpSchema.LoggingLevel.valueOf(level));
        return Map.of();
      default:
        // Also what newer revisions have: it tells our client to speak one that the SDK knows.
        throw notOffered(request.method());
    }
  }

  /** The SDK has its own kind of failure for that, in which it cannot be told from others. */
  private void mustBeDeclared(String method) {
    McpSchema.ServerCapabilities can = client.getServerCapabilities();
    if (can == null) {
      return;
    }
    boolean declared =
        method.startsWith("tools/")
            ? can.tools() != null
            : method.startsWith("prompts/")
                ? can.prompts() != null
                : method.startsWith("resources/")
                    ? can.resources() != null
                    : method.startsWith("completion/")
                        ? can.completions() != null
                        : !method.startsWith("logging/") || can.logging() != null;
    if (!declared) {
      throw notOffered(method);
    }
  }

  private static McpError notOffered(String method) {
    return Refusals.refusal(Protocol.METHOD_NOT_FOUND, "The server does not offer " + method + ".");
  }

  private static @Nullable String cursor(Map<String, Object> params) {
    return SdkJson.text(params, "cursor");
  }

  private static Map<String, Object> meta(Map<String, Object> params) {
    return SdkJson.object(params, Protocol.META);
  }
}
