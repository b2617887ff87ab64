// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

/**
 * The names and numbers of MCP by which a transport, too, tells messages apart; from the
 * specification's revisions 2025-11-25 and 2026-07-28.
 */
public final class Protocol {
  /** Begins a session of the older era. */
  public static final String INITIALIZE = "initialize";

  /** Calls a tool. */
  public static final String TOOLS_CALL = "tools/call";

  /** Asks to be told of changes; answered when that ends. */
  public static final String LISTEN = "subscriptions/listen";

  /** Says that an answer is not wanted any more. */
  public static final String CANCELLED = "notifications/cancelled";

  /** The object beside the parameters, or beside the result. */
  public static final String META = "_meta";

  /** In {@link #META}: the revision that a request of the newer era is in. */
  public static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";

  /** There is no such method, or no longer. */
  public static final int METHOD_NOT_FOUND = -32601;

  /** The parameters, or what every request of the newer era carries, are wrong. */
  public static final int INVALID_PARAMS = -32602;

  /** A fault of the peer; nothing is known of what it has done. */
  public static final int INTERNAL_ERROR = -32603;

  /** A header is missing, malformed, or says something else than the body. */
  public static final int HEADER_MISMATCH = -32020;

  /** The client has not declared what the request needs. */
  public static final int MISSING_CAPABILITY = -32021;

  /** The revision is not spoken. */
  public static final int UNSUPPORTED_VERSION = -32022;

  // Ours lie outside -32768 to -32000, which JSON-RPC keeps for itself and for the specification.

  /** The server is ending; when refused at once, the request was not executed. */
  public static final int SHUTTING_DOWN = -31000;

  /** Too much is running already; the request was not executed. */
  public static final int OVERLOADED = -31001;

  /** A transport was refused before the message was looked at; {@link #STATUS} says how. */
  public static final int TRANSPORT_REFUSED = -31002;

  /** In the data of a refusal by a transport: the status code of HTTP. */
  public static final String STATUS = "status";

  private Protocol() {}
}
