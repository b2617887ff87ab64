// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/** How a client of each era addresses a server. */
enum Era {
  /** Says who it is once, with {@code initialize}. */
  HANDSHAKE("2025-11-25"),
  /** Says who it is with every request. */
  STATELESS("2026-07-28");

  static final String VERSION = "io.modelcontextprotocol/protocolVersion";
  static final String CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
  static final String LOG_LEVEL = "io.modelcontextprotocol/logLevel";
  static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

  /** Everything that a server can ask for. */
  static final Map<String, Object> ABLE =
      Map.of("elicitation", Map.of(), "sampling", Map.of(), "roots", Map.of());

  final String revision;

  Era(String revision) {
    this.revision = revision;
  }

  /** The parameters of a request as a client of this era sends them. */
  Map<String, Object> params(Map<String, ?> params, Map<String, Object> capabilities) {
    Map<String, Object> sent = new LinkedHashMap<>(params);
    if (this == STATELESS) {
      Map<String, Object> meta = new LinkedHashMap<>();
      meta.put(VERSION, revision);
      meta.put(CAPABILITIES, capabilities);
      if (params.get("_meta") instanceof Map<?, ?> more) {
        more.forEach((key, value) -> meta.put(String.valueOf(key), value));
      }
      sent.put("_meta", meta);
    }
    return sent;
  }
}
