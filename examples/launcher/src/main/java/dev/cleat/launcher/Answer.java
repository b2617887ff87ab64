// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A view of plain JSON for people's eyes: what is not there is empty, never an error.
 *
 * @param json an object
 */
record Answer(Map<String, Object> json) {

  static Answer of(Object json) {
    return new Answer(json instanceof Map<?, ?> map ? Json.object(map) : Map.of());
  }

  /** The text or number of a key. */
  Optional<String> text(String key) {
    Object value = json.get(key);
    return value instanceof String || value instanceof Number
        ? Optional.of(Ink.safe(value.toString()))
        : Optional.empty();
  }

  /** The object of a key. */
  Answer at(String key) {
    Object value = json.get(key);
    return value == null ? new Answer(Map.of()) : of(value);
  }

  /** The objects in the array of a key. */
  List<Answer> list(String key) {
    return json.get(key) instanceof List<?> list
        ? list.stream().map(element -> Answer.of(element)).toList()
        : List.of();
  }
}
