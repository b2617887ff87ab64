// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.Json;
import dev.cleat.McpException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** JSON-RPC 2.0 messages as UTF-8 and back, for transports. */
public final class MessageCodec {
  /** The text is not JSON. */
  public static final int PARSE_ERROR = -32700;

  /** The JSON is no request. */
  public static final int INVALID_REQUEST = -32600;

  private static final String VERSION = "2.0";

  private MessageCodec() {}

  /** What was read is no message. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Message.ErrorResponse deserved;

    private MalformedException(Optional<Object> id, int code, String problem) {
      super(problem);
      deserved = new Message.ErrorResponse(id, code, problem, Optional.empty());
    }

    /** The answer that it deserves. */
    public Message.ErrorResponse deserved() {
      return deserved;
    }
  }

  /** The answer to a message that is longer than a transport takes. */
  public static Message.ErrorResponse tooLong(int limit) {
    return new Message.ErrorResponse(
        Optional.empty(),
        INVALID_REQUEST,
        "The message is longer than " + limit + " bytes and was skipped. Send less at once.",
        Optional.empty());
  }

  /** Reads one message. */
  public static Message decode(byte[] utf8, int offset, int length) throws MalformedException {
    Object json;
    try {
      json = Json.parse(utf8, offset, length);
    } catch (Json.SyntaxException e) {
      throw new MalformedException(
          Optional.empty(), PARSE_ERROR, "This is not JSON: " + e.getMessage());
    }
    if (!(json instanceof Map<?, ?> map)) {
      throw invalid(
          Optional.empty(),
          "A message has to be one JSON object. Batches ended with revision 2025-06-18.");
    }
    Map<String, Object> fields = Json.object(map);
    Optional<Object> id = id(fields);
    if (!VERSION.equals(fields.get("jsonrpc"))) {
      throw invalid(id, "\"jsonrpc\" has to be \"2.0\".");
    }
    if (fields.get("method") instanceof String method) {
      return decodeCall(id, method, fields);
    }
    return decodeAnswer(id, fields);
  }

  /**
   * Writes one message, without a line end; the JSON has none inside either.
   *
   * @throws McpException.TooLarge when it would be longer than the limit
   */
  public static byte[] encode(Message message, int maxBytes) {
    Map<String, Object> fields = new LinkedHashMap<>(6);
    fields.put("jsonrpc", VERSION);
    if (message instanceof Message.Response response) {
      fields.put("id", response.id());
      fields.put("result", response.result());
    } else if (message instanceof Message.Request request) {
      fields.put("id", request.id());
      fields.put("method", request.method());
      fields.put("params", request.params());
    } else if (message instanceof Message.Notification notification) {
      fields.put("method", notification.method());
      if (!notification.params().isEmpty()) {
        fields.put("params", notification.params());
      }
    } else if (message instanceof Message.ErrorResponse error) {
      error.id().ifPresent(id -> fields.put("id", id));
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("code", error.code());
      body.put("message", error.message());
      error.data().ifPresent(data -> body.put("data", data));
      fields.put("error", body);
    }
    byte[] bytes = Json.bytes(fields);
    if (bytes.length > maxBytes) {
      throw new McpException.TooLarge(bytes.length, maxBytes);
    }
    return bytes;
  }

  private static Message decodeCall(Optional<Object> id, String method, Map<String, Object> fields)
      throws MalformedException {
    Object params = fields.get("params");
    if (params != null && !(params instanceof Map)) {
      throw invalid(id, "\"params\" has to be an object.");
    }
    Map<String, Object> given = params == null ? Map.of() : Json.object((Map<?, ?>) params);
    if (id.isPresent()) {
      return new Message.Request(id.get(), method, given);
    }
    if (fields.containsKey("id")) {
      throw invalid(id, "\"id\" has to be a string or an integer.");
    }
    return new Message.Notification(method, given);
  }

  private static Message decodeAnswer(Optional<Object> id, Map<String, Object> fields)
      throws MalformedException {
    if (fields.get("error") instanceof Map<?, ?> body) {
      Map<String, Object> error = Json.object(body);
      return new Message.ErrorResponse(
          id,
          error.get("code") instanceof Number code ? code.intValue() : INVALID_REQUEST,
          error.get("message") instanceof String text ? text : "(the error has no message)",
          Optional.ofNullable(error.get("data")));
    }
    if (id.isPresent() && fields.get("result") instanceof Map<?, ?> result) {
      return new Message.Response(id.get(), Json.object(result));
    }
    throw invalid(id, "A message needs a \"method\", or an \"id\" with a \"result\" or \"error\".");
  }

  /** Ids are compared, so whole numbers have one form: Long. */
  private static Optional<Object> id(Map<String, Object> fields) {
    Object id = fields.get("id");
    return id instanceof String || id instanceof Long || id instanceof BigInteger
        ? Optional.of(id)
        : Optional.empty();
  }

  private static MalformedException invalid(Optional<Object> id, String problem) {
    return new MalformedException(id, INVALID_REQUEST, problem);
  }
}
