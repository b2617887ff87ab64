// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.Map;
import java.util.Optional;

/**
 * Sends what answers a peer or tells it something. Nothing comes of it when the peer has left:
 * nobody is there to be told. Thread-safe.
 */
final class Replies {
  private final Connection connection;

  Replies(Connection connection) {
    this.connection = connection;
  }

  /** Sends an answer; one that is too large is replaced by an answer that says so. */
  void send(Message answer) {
    try {
      connection.send(answer);
    } catch (McpException.TooLarge tooLarge) {
      if (answer instanceof Message.Response response) {
        refuse(
            response.id(),
            Protocol.INTERNAL_ERROR,
            "The answer is too large to send. " + tooLarge.getMessage());
      }
    } catch (McpException.NotSent gone) {
      // As said above.
    }
  }

  void refuse(Object id, int code, String why) {
    send(new Message.ErrorResponse(Optional.of(id), code, why, Optional.empty()));
  }

  void refuse(Object id, McpException.Protocol why) {
    send(error(id, why));
  }

  static Message.ErrorResponse error(Object id, McpException.Protocol why) {
    return new Message.ErrorResponse(
        Optional.of(id), why.code(), String.valueOf(why.getMessage()), why.data());
  }

  void tell(String method, Map<String, Object> params) {
    send(new Message.Notification(method, params));
  }

  /** Tells the peer something about one of its requests. */
  void tell(String method, Map<String, Object> params, Object requestId) {
    try {
      connection.send(new Message.Notification(method, params), requestId);
    } catch (McpException.TooLarge | McpException.NotSent notTold) {
      // What is only told on the way does not change how the request ends.
    }
  }
}
