// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.spi.Message;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.util.Optional;

/** JSON-RPC errors, as the SDK throws them and as messages. */
final class Refusals {
  private Refusals() {}

  static McpError refusal(int code, String message) {
    return new McpError(new JSONRPCError(code, message, null));
  }

  static McpError refusal(Message.ErrorResponse error) {
    return new McpError(new JSONRPCError(error.code(), error.message(), error.data().orElse(null)));
  }

  /** The error that the peer sent, when that is what ended a call. */
  static Optional<JSONRPCError> errorIn(Throwable trouble) {
    for (Throwable cause = trouble; cause != null; cause = cause.getCause()) {
      if (cause instanceof McpError refused && refused.getJsonRpcError() != null) {
        return Optional.of(refused.getJsonRpcError());
      }
    }
    return Optional.empty();
  }

  static Message.ErrorResponse answer(Object id, JSONRPCError error) {
    return new Message.ErrorResponse(
        Optional.of(id),
        error.code(),
        String.valueOf(error.message()),
        Optional.ofNullable(error.data()));
  }
}
