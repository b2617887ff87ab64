// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Protocol;

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

  /** HTTP itself refused: credentials, host, origin, rate, session; the status says which. */
  static final int HTTP_REFUSED = Protocol.TRANSPORT_REFUSED;

  private HttpWire() {}
}
