// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

/** Names and numbers of Streamable HTTP, from revisions 2025-11-25 and 2026-07-28. */
final class HttpWire {
  static final String PROTOCOL_VERSION = "MCP-Protocol-Version";
  static final String SESSION_ID = "Mcp-Session-Id";
  static final String METHOD = "Mcp-Method";
  static final String NAME = "Mcp-Name";
  static final String PARAM_PREFIX = "Mcp-Param-";
  static final String LAST_EVENT_ID = "Last-Event-ID";
  static final String ORIGIN = "Origin";

  static final String JSON = "application/json";
  static final String EVENT_STREAM = "text/event-stream";

  /** The property of an argument's schema that names the header which repeats the argument. */
  static final String HEADER_KEYWORD = "x-mcp-header";

  static final String META = "_meta";
  static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
  static final String META_CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

  static final String INITIALIZE = "initialize";
  static final String TOOLS_CALL = "tools/call";
  static final String LISTEN = "subscriptions/listen";
  static final String CANCELLED = "notifications/cancelled";

  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;
  static final int HEADER_MISMATCH = -32020;
  static final int MISSING_CAPABILITY = -32021;
  static final int UNSUPPORTED_VERSION = -32022;

  // Ours lie outside -32768 to -32000, which JSON-RPC keeps for itself and for the specification.

  /** The server is ending; when refused at once, the request was not executed. */
  static final int SHUTTING_DOWN = -31000;

  /** Too much is running already; the request was not executed. */
  static final int OVERLOADED = -31001;

  /** HTTP itself refused: credentials, host, origin, rate, session; the status says which. */
  static final int HTTP_REFUSED = -31002;

  private HttpWire() {}
}
