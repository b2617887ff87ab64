// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value and where it stands.
 *
 * @param line of its key if it has one, else of its beginning; counted from 1
 * @param value {@code Map<String, Located>}, {@code List<Located>}, String, Number, Boolean or null
 */
record Located(int line, @Nullable Object value) {

  /** What it is, without its value, which may be a secret. */
  String kind() {
    if (value instanceof Map) {
      return "an object";
    } else if (value instanceof List) {
      return "an array";
    } else if (value instanceof String) {
      return "a string";
    } else if (value instanceof Number) {
      return "a number";
    }
    return String.valueOf(value);
  }
}
