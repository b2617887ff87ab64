// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.Json;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Protocol;
import io.modelcontextprotocol.server.McpServerFeatures.SyncCompletionSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a server of ours lists, in the SDK's words, each with what has that server answer. */
final class SdkCatalog {
  private final McpServer server;
  private final SdkJson json;

  SdkCatalog(McpServer server, SdkJson json) {
    this.server = server;
    this.json = json;
  }

  /** All that is listed at one moment, by name or URI. */
  record Content(
      Map<String, McpSchema.Tool> tools,
      Map<String, McpSchema.Prompt> prompts,
      Map<String, McpSchema.Resource> resources,
      Map<String, McpSchema.ResourceTemplate> templates) {}

  Content read() {
    return new Content(
        list("tools/list", "tools", "name", McpSchema.Tool.class),
        list("prompts/list", "prompts", "name", McpSchema.Prompt.class),
        list("resources/list", "resources", "uri", McpSchema.Resource.class),
        list(
            "resources/templates/list",
            "resourceTemplates",
            "uriTemplate",
            McpSchema.ResourceTemplate.class));
  }

  private <T> Map<String, T> list(String method, String field, String key, Class<T> type) {
    Map<String, T> all = new LinkedHashMap<>();
    Map<String, Object> params = Map.of();
    while (true) {
      Map<String, Object> page;
      try {
        page = new ExchangeConnection(Optional.empty(), json).ask(server, method, params);
      } catch (McpError refused) {
        if (refused.getJsonRpcError().code() == Protocol.METHOD_NOT_FOUND) {
          return all;
        }
        throw refused;
      }
      if (page.get(field) instanceof List<?> entries) {
        for (Object entry : entries) {
          Map<String, Object> described = Json.object((Map<?, ?>) entry);
          all.put(String.valueOf(described.get(key)), json.typed(described, type));
        }
      }
      Object next = page.get("nextCursor");
      if (next == null) {
        return all;
      }
      params = Map.of("cursor", next);
    }
  }

  List<SyncToolSpecification> tools(Content all) {
    return all.tools().values().stream().map(this::served).toList();
  }

  SyncToolSpecification served(McpSchema.Tool tool) {
    return new SyncToolSpecification(
        tool,
        (exchange, request) ->
            json.typed(
                SdkJson.readable(ask(exchange, Protocol.TOOLS_CALL, request)),
                McpSchema.CallToolResult.class));
  }

  List<SyncPromptSpecification> prompts(Content all) {
    return all.prompts().values().stream().map(this::served).toList();
  }

  SyncPromptSpecification served(McpSchema.Prompt prompt) {
    return new SyncPromptSpecification(
        prompt,
        (exchange, request) ->
            json.typed(ask(exchange, "prompts/get", request), McpSchema.GetPromptResult.class));
  }

  List<SyncResourceSpecification> resources(Content all) {
    return all.resources().values().stream().map(this::served).toList();
  }

  SyncResourceSpecification served(McpSchema.Resource resource) {
    return new SyncResourceSpecification(resource, this::readResource);
  }

  List<SyncResourceTemplateSpecification> templates(Content all) {
    return all.templates().values().stream().map(this::served).toList();
  }

  SyncResourceTemplateSpecification served(McpSchema.ResourceTemplate template) {
    return new SyncResourceTemplateSpecification(template, this::readResource);
  }

  private McpSchema.ReadResourceResult readResource(
      McpSyncServerExchange exchange, McpSchema.ReadResourceRequest request) {
    return json.typed(ask(exchange, "resources/read", request), McpSchema.ReadResourceResult.class);
  }

  List<SyncCompletionSpecification> completions(Content all) {
    List<SyncCompletionSpecification> completions = new ArrayList<>();
    for (McpSchema.Prompt prompt : all.prompts().values()) {
      completions.add(completion(new McpSchema.PromptReference(prompt.name())));
    }
    for (String template : all.templates().keySet()) {
      completions.add(completion(new McpSchema.ResourceReference(template)));
    }
    return completions;
  }

  private SyncCompletionSpecification completion(McpSchema.CompleteReference of) {
    return new SyncCompletionSpecification(
        of,
        (exchange, request) ->
            json.typed(
                ask(exchange, "completion/complete", request), McpSchema.CompleteResult.class));
  }

  private Map<String, Object> ask(McpSyncServerExchange exchange, String method, Object request) {
    return new ExchangeConnection(Optional.of(exchange), json)
        .ask(server, method, json.plain(request));
  }
}
