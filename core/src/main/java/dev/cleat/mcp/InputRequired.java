// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Map;

/**
 * Unwinds a handler that asked the user something which a client of the stateless era has to answer
 * in a further request. Control flow, so it carries no stack trace.
 */
final class InputRequired extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, Object> inputRequests;

  InputRequired(Map<String, Object> inputRequests) {
    super("the client has to answer first", null, false, false);
    this.inputRequests = inputRequests;
  }

  Map<String, Object> inputRequests() {
    return inputRequests;
  }
}
