// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import java.util.List;
import java.util.Map;

/**
 * What came of a request.
 *
 * @param message the answer as it was on the wire
 * @param heard the notifications before it
 * @param asked what the server asked meanwhile: objects with a method and params
 */
record Reply(
    Map<String, Object> message, List<Map<String, Object>> heard, List<Map<String, Object>> asked) {

  /** The result; fails the test when it is an error. */
  Map<String, Object> result() {
    assertThat(message).containsKey("result");
    return Json.object((Map<?, ?>) message.get("result"));
  }

  /** What is at that path in the result. */
  Object at(Object... path) {
    return in(result(), path);
  }

  /** The code of the error; fails the test when there is none. */
  long errorCode() {
    assertThat(message).containsKey("error");
    return (Long) in(message, "error", "code");
  }

  /** The texts of all blocks of a tool's answer, one to a line. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Object block : (List<?>) at("content")) {
      if (in(block, "text") instanceof String line) {
        text.append(text.length() > 0 ? "\n" : "").append(line);
      }
    }
    return text.toString();
  }

  /** What is at that path of names and indexes in a JSON value; null when nothing is. */
  static Object in(Object json, Object... path) {
    Object value = json;
    for (Object step : path) {
      if (step instanceof Integer index) {
        value = ((List<?>) value).get(index);
      } else {
        value = value instanceof Map<?, ?> object ? object.get(step) : null;
      }
    }
    return value;
  }
}
