// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Message;
import java.util.Optional;

/**
 * A request that is answered by HTTP alone, because it may not or cannot be served.
 *
 * @param status of the response
 * @param error the body
 */
record Refusal(int status, Message.ErrorResponse error) {
  static final int BAD_REQUEST = 400;
  static final int UNAUTHORIZED = 401;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int NOT_ACCEPTABLE = 406;
  static final int TIMEOUT = 408;
  static final int TOO_LARGE = 413;
  static final int UNSUPPORTED_TYPE = 415;
  static final int TOO_MANY = 429;
  static final int UNAVAILABLE = 503;

  /** Of a request whose body has not been read, or has no id. */
  static Refusal of(int status, int code, String message) {
    return of(status, Optional.empty(), code, message);
  }

  /** Of a request that has been read. */
  static Refusal of(int status, Optional<Object> id, int code, String message) {
    return new Refusal(status, new Message.ErrorResponse(id, code, message, Optional.empty()));
  }

  /** Because this server is about to end. */
  static Refusal ending() {
    return of(
        UNAVAILABLE,
        HttpWire.SHUTTING_DOWN,
        "This server is ending and takes no new requests. Nothing was executed.");
  }

  /** The same, for a request that has been read. */
  Refusal withId(Object id) {
    return new Refusal(
        status,
        new Message.ErrorResponse(Optional.of(id), error.code(), error.message(), error.data()));
  }

  /** The HTTP status for an error that is the whole answer to a request of the newer era. */
  static int statelessStatus(int code) {
    return switch (code) {
      case -32700,
          -32600,
          HttpWire.INVALID_PARAMS,
          HttpWire.HEADER_MISMATCH,
          HttpWire.MISSING_CAPABILITY,
          HttpWire.UNSUPPORTED_VERSION ->
          BAD_REQUEST;
      case HttpWire.METHOD_NOT_FOUND -> NOT_FOUND;
      default -> 200;
    };
  }
}
