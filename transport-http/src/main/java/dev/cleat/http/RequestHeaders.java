// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The headers by which a message of the newer era repeats what its body says, so that proxies can
 * route it. Thread-safe.
 */
final class RequestHeaders {
  private final String label;
  private final ToolHeaders tools;

  /**
   * @param maxTools of how many tools the headers are remembered
   */
  RequestHeaders(String label, int maxTools) {
    this.label = label;
    tools = new ToolHeaders(maxTools);
  }

  /** Whether a message is of the newer era: it says itself which revision it is of. */
  static boolean isModern(Map<String, Object> params) {
    return params.get(Protocol.META) instanceof Map<?, ?> meta
        && meta.get(Protocol.META_VERSION) instanceof String;
  }

  Map<String, String> of(String method, Map<String, Object> params) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (params.get(Protocol.META) instanceof Map<?, ?> meta
        && meta.get(Protocol.META_VERSION) instanceof String version) {
      headers.put(HttpWire.PROTOCOL_VERSION, HeaderValue.encode(version));
    }
    headers.put(HttpWire.METHOD, HeaderValue.encode(method));
    Object name = null;
    if (method.equals(Protocol.TOOLS_CALL) || method.equals("prompts/get")) {
      name = params.get("name");
    } else if (method.equals("resources/read")) {
      name = params.get("uri");
    } else if (method.startsWith("tasks/")) {
      name = params.get("taskId");
    }
    if (name instanceof String text) {
      headers.put(HttpWire.NAME, HeaderValue.encode(text));
      if (method.equals(Protocol.TOOLS_CALL)) {
        headers.putAll(tools.of(text, params.get("arguments")));
      }
    }
    return headers;
  }

  /** Learns from one page of tools, and returns it without those whose headers cannot be sent. */
  Message.Response learn(Message.Response page) {
    return new Message.Response(page.id(), learn(page.result()));
  }

  Map<String, Object> learn(Map<String, Object> page) {
    return tools.learn(label, page);
  }
}
