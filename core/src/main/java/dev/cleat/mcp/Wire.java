// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Json;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What only the session layer knows of the MCP wire, from the specification's revisions 2025-11-25
 * and 2026-07-28; what transports look at too is in {@link Protocol}.
 */
final class Wire {
  static final String INITIALIZED = "notifications/initialized";
  static final String DISCOVER = "server/discover";
  static final String PING = "ping";
  static final String TOOLS_LIST = "tools/list";
  static final String PROMPTS_LIST = "prompts/list";
  static final String PROMPTS_GET = "prompts/get";
  static final String RESOURCES_LIST = "resources/list";
  static final String TEMPLATES_LIST = "resources/templates/list";
  static final String RESOURCES_READ = "resources/read";
  static final String RESOURCES_SUBSCRIBE = "resources/subscribe";
  static final String RESOURCES_UNSUBSCRIBE = "resources/unsubscribe";
  static final String COMPLETE = "completion/complete";
  static final String SET_LEVEL = "logging/setLevel";
  static final String ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
  static final String TOOLS_CHANGED = "notifications/tools/list_changed";
  static final String PROMPTS_CHANGED = "notifications/prompts/list_changed";
  static final String RESOURCES_CHANGED = "notifications/resources/list_changed";
  static final String RESOURCE_UPDATED = "notifications/resources/updated";
  static final String LOG_MESSAGE = "notifications/message";
  static final String PROGRESS = "notifications/progress";
  static final String ELICIT = "elicitation/create";
  static final String SAMPLE = "sampling/createMessage";
  static final String ROOTS_LIST = "roots/list";
  static final String INPUT_REQUESTS = "inputRequests";
  static final String INPUT_RESPONSES = "inputResponses";
  static final String REQUEST_STATE = "requestState";

  static final String META_CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  static final String META_CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
  static final String META_SERVER_INFO = "io.modelcontextprotocol/serverInfo";
  static final String META_LOG_LEVEL = "io.modelcontextprotocol/logLevel";
  static final String META_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";
  static final String PROGRESS_TOKEN = "progressToken";

  /** W3C trace context, which MCP lets through without a prefix. */
  static final Set<String> TRACE_CONTEXT = Set.of("traceparent", "tracestate", "baggage");

  /** Our own: kind, hint and retryability of a failure, for programs. */
  static final String META_FAILURE = "dev.cleat/failure";

  /** No such resource, up to revision 2025-11-25; later it is {@link Protocol#INVALID_PARAMS}. */
  static final int RESOURCE_NOT_FOUND = -32002;

  private Wire() {}

  /** The text, if it is one. */
  static Optional<String> text(@Nullable Object json) {
    return json instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** The object, if it is one. */
  static Optional<Map<String, Object>> object(@Nullable Object json) {
    return json instanceof Map<?, ?> map ? Optional.of(Json.object(map)) : Optional.empty();
  }

  /** The elements, if it is an array; else none. */
  static List<?> list(@Nullable Object json) {
    return json instanceof List<?> list ? list : List.of();
  }

  /** The whole number that fits an int, if it is one. */
  static Optional<Integer> number(@Nullable Object json) {
    return json instanceof Long number && number == number.intValue()
        ? Optional.of(number.intValue())
        : Optional.empty();
  }

  /** The {@code _meta} of a message; empty when there is none. */
  static Map<String, Object> meta(Map<String, Object> message) {
    return object(message.get(Protocol.META)).orElse(Map.of());
  }

  /** An object to add to, that begins with this. */
  static Map<String, Object> object(String name, Object value) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(name, value);
    return json;
  }
}
