// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Map;

/**
 * Unwinds a handler that asked something which a client of the stateless era has to answer in a
 * further request. Control flow, so it carries no stack trace.
 */
final class InputRequired extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, Object> inputRequests;
  private final transient String requestState;

  InputRequired(Map<String, Object> inputRequests, String requestState) {
    super("the client has to answer first", null, false, false);
    this.inputRequests = inputRequests;
    this.requestState = requestState;
  }

  /** The result that asks. */
  Map<String, Object> toResult() {
    Map<String, Object> result = Wire.object(Wire.INPUT_REQUESTS, inputRequests);
    result.put(Wire.REQUEST_STATE, requestState);
    return result;
  }
}
