// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import io.modelcontextprotocol.spec.McpError;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;

/**
 * Why the SDK has no answer to a request, as far as it lets one know. It has no types for that:
 * what is not plainly a failure before sending counts as sent.
 *
 * @param sent whether the server may have got the request
 * @param sessionOver whether the SDK's session has been closed, so that no request gets through
 * @param reason for people
 */
record Loss(boolean sent, boolean sessionOver, String reason) {
  // The SDK's own words, of version 2.1.0.
  private static final String REFUSED_BY_QUEUE = "Failed to enqueue message";
  private static final String NO_SESSION = "Client failed to initialize";
  private static final String SESSION_CLOSED = "MCP session with server terminated";

  static Loss of(Throwable trouble) {
    boolean sent = true;
    boolean over = false;
    boolean timedOut = false;
    for (Throwable cause = trouble; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof ConnectException
          || cause instanceof UnknownHostException
          || cause instanceof UnresolvedAddressException
          || cause instanceof HttpConnectTimeoutException
          || message.startsWith(REFUSED_BY_QUEUE)
          || message.startsWith(NO_SESSION)) {
        sent = false;
      }
      over |= message.startsWith(SESSION_CLOSED);
      timedOut |= cause instanceof TimeoutException;
    }
    String why =
        timedOut && sent
            ? "its request timeout is over"
            : String.valueOf(McpError.findRootCause(trouble).getMessage());
    return new Loss(sent, over, "the SDK's client has no answer: " + why);
  }
}
