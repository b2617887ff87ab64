// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import java.util.Map;
import java.util.Optional;

/**
 * One JSON-RPC message. Ids are {@code String} or {@code Long}; contents are plain JSON values as
 * in {@link dev.cleat.Json}.
 */
public sealed interface Message {
  /** Asks for an answer. */
  record Request(Object id, String method, Map<String, Object> params) implements Message {}

  /** Asks for none. */
  record Notification(String method, Map<String, Object> params) implements Message {}

  /** The answer to a request. */
  record Response(Object id, Map<String, Object> result) implements Message {}

  /** The refusal of a request; without an id when the request could not be read. */
  record ErrorResponse(Optional<Object> id, int code, String message, Optional<Object> data)
      implements Message {}
}
