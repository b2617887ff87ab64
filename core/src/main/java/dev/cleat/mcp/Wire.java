// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Set;

/**
 * Names and numbers of the MCP wire, from the specification's revisions 2025-11-25 and 2026-07-28.
 */
final class Wire {
  static final String INITIALIZE = "initialize";
  static final String INITIALIZED = "notifications/initialized";
  static final String DISCOVER = "server/discover";
  static final String PING = "ping";
  static final String TOOLS_LIST = "tools/list";
  static final String TOOLS_CALL = "tools/call";
  static final String TOOLS_CHANGED = "notifications/tools/list_changed";
  static final String PROGRESS = "notifications/progress";
  static final String CANCELLED = "notifications/cancelled";
  static final String ELICIT = "elicitation/create";

  static final String META = "_meta";
  static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
  static final String META_CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  static final String META_CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
  static final String META_SERVER_INFO = "io.modelcontextprotocol/serverInfo";
  static final String PROGRESS_TOKEN = "progressToken";

  /** W3C trace context, which MCP lets through without a prefix. */
  static final Set<String> TRACE_CONTEXT = Set.of("traceparent", "tracestate", "baggage");

  /** Our own: kind, hint and retryability of a failure, for programs. */
  static final String META_FAILURE = "dev.cleat/failure";

  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;
  static final int UNSUPPORTED_VERSION = -32022;

  // Ours lie outside -32768 to -32000, which JSON-RPC keeps for itself and for the specification.

  /** The server is ending; the request was not executed. */
  static final int SHUTTING_DOWN = -31000;

  /** Too much is running already; the request was not executed. */
  static final int OVERLOADED = -31001;

  private Wire() {}
}
