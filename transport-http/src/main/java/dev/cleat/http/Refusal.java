// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.util.Optional;

/**
 * A request that is answered by HTTP alone, because it may not or cannot be served.
 *
 * @param status of the response
 * @param error the body
 */
record Refusal(int status, Message.ErrorResponse error) {
  static final int OK = 200;
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
        Protocol.SHUTTING_DOWN,
        "This server is ending and takes no new requests. Nothing was executed.");
  }

  /** Of a body that is over the limit. */
  static Refusal tooLong(int maxMessageBytes) {
    return new Refusal(TOO_LARGE, MessageCodec.tooLong(maxMessageBytes));
  }

  /** Of a body that did not come in time. */
  static Refusal bodyTooSlow(HttpLimits limits) {
    return of(
        TIMEOUT,
        HttpWire.HTTP_REFUSED,
        "The body of the request did not come within "
            + limits.requestTimeout().toMillis()
            + " ms.");
  }

  /** Of a request that needs an event stream when there is none left. */
  static Refusal noStreamLeft(HttpLimits limits, Optional<Object> requestId) {
    return of(
        UNAVAILABLE,
        requestId,
        Protocol.OVERLOADED,
        "There are "
            + limits.maxStreams()
            + " event streams already, which is the limit. Come back later.");
  }

  /** Of a method that HTTP has, and this endpoint has not. */
  static Refusal notAllowed(String message) {
    return of(METHOD_NOT_ALLOWED, HttpWire.HTTP_REFUSED, message);
  }

  /** Of a request whose id its session has in use, or whose session is about to end. */
  static Refusal idInUse(Object id) {
    return of(
        BAD_REQUEST,
        Optional.of(id),
        MessageCodec.INVALID_REQUEST,
        "The id of this request belongs to one that is still running, or the session has just"
            + " ended.");
  }

  /** Of a client that comes back to a stream of which nothing is kept. */
  static Refusal noSuchStream() {
    return of(
        BAD_REQUEST,
        MessageCodec.INVALID_REQUEST,
        "The stream of this Last-Event-ID is not known here, or no longer.");
  }

  /** The same, for a request that has been read. */
  Refusal withId(Object id) {
    return new Refusal(
        status,
        new Message.ErrorResponse(Optional.of(id), error.code(), error.message(), error.data()));
  }

  /**
   * The HTTP status for an error that is the whole answer to a request of a session.
   *
   * @param untouched whether the request has certainly not been executed
   */
  static int sessionStatus(int code, boolean untouched) {
    return switch (code) {
      case Protocol.SHUTTING_DOWN, Protocol.OVERLOADED -> untouched ? UNAVAILABLE : OK;
      case MessageCodec.INVALID_REQUEST -> BAD_REQUEST;
      default -> OK;
    };
  }

  /**
   * The HTTP status for an error that is the whole answer to a request of the newer era.
   *
   * @param untouched whether the request has certainly not been executed
   */
  static int statelessStatus(int code, boolean untouched) {
    return switch (code) {
      case Protocol.SHUTTING_DOWN, Protocol.OVERLOADED -> untouched ? UNAVAILABLE : OK;
      case -32700,
          -32600,
          Protocol.INVALID_PARAMS,
          Protocol.HEADER_MISMATCH,
          Protocol.MISSING_CAPABILITY,
          Protocol.UNSUPPORTED_VERSION ->
          BAD_REQUEST;
      case Protocol.METHOD_NOT_FOUND -> NOT_FOUND;
      default -> OK;
    };
  }
}
