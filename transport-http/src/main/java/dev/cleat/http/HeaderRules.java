// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.Text;
import dev.cleat.mcp.ProtocolVersion;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The headers that every message of the newer era repeats from its body, so that gateways need not
 * read that. Ones that differ are refused, because a gateway would have decided by the wrong ones.
 */
final class HeaderRules {
  private HeaderRules() {}

  /** The metadata of a message; empty when there is none. */
  static Map<String, Object> meta(Map<String, Object> params) {
    return params.get(Protocol.META) instanceof Map<?, ?> meta ? Json.object(meta) : Map.of();
  }

  /** Whether a header names a revision of the newer era, known or not. */
  static boolean isStateless(@Nullable String version) {
    return version != null && isDate(version) && version.compareTo(ProtocolVersion.STATELESS) >= 0;
  }

  private static boolean isDate(String text) {
    if (text.length() != ProtocolVersion.STATELESS.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean dash = i == 4 || i == 7;
      if (dash ? c != '-' : c < '0' || c > '9') {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks the headers of a request.
   *
   * @param version what its metadata says
   * @throws McpException.Protocol with {@link Protocol#HEADER_MISMATCH}
   */
  static void check(ServerExchange exchange, Message.Request request, @Nullable Object version) {
    checkVersion(exchange, version);
    checkMethod(exchange, request.method());
    String member = namedBy(request.method());
    if (member != null && request.params().get(member) instanceof String name) {
      String header = exchange.header(HttpWire.NAME);
      if (header == null) {
        throw missing(HttpWire.NAME, "params." + member);
      }
      if (!decoded(HttpWire.NAME, header).equals(name)) {
        throw differs(HttpWire.NAME, "params." + member);
      }
    }
  }

  static void checkVersion(ServerExchange exchange, @Nullable Object version) {
    String header = exchange.header(HttpWire.PROTOCOL_VERSION);
    if (header == null) {
      throw missing(HttpWire.PROTOCOL_VERSION, "the version in params._meta");
    }
    if (!header.equals(version)) {
      throw differs(HttpWire.PROTOCOL_VERSION, "the version in params._meta");
    }
  }

  static void checkMethod(ServerExchange exchange, String method) {
    String header = exchange.header(HttpWire.METHOD);
    if (header == null) {
      throw missing(HttpWire.METHOD, "method");
    }
    if (!header.equals(method)) {
      throw differs(HttpWire.METHOD, "method");
    }
  }

  /** The parameter that {@code Mcp-Name} repeats; null when the method has none. */
  private static @Nullable String namedBy(String method) {
    return switch (method) {
      case Protocol.TOOLS_CALL, "prompts/get" -> "name";
      case "resources/read" -> "uri";
      default -> method.startsWith("tasks/") ? "taskId" : null;
    };
  }

  static String decoded(String name, String value) {
    try {
      return HeaderValue.decode(value);
    } catch (IllegalArgumentException e) {
      throw mismatch("The header " + name + " cannot be read: " + e.getMessage() + ".");
    }
  }

  static McpException.Protocol missing(String name, String source) {
    return mismatch(
        "The header " + Text.shown(name) + " is missing. Send " + source + " in it, too.");
  }

  static McpException.Protocol differs(String name, String source) {
    return mismatch(
        "The header "
            + Text.shown(name)
            + " differs from "
            + Text.shown(source)
            + ". Send the same in both.");
  }

  private static McpException.Protocol mismatch(String message) {
    return new McpException.Protocol(Protocol.HEADER_MISMATCH, message, Optional.empty());
  }
}
