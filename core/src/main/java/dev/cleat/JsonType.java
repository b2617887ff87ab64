// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the values of one Java type look in JSON. Immutable. */
interface JsonType {
  /** What a failed {@link #read} returns: a problem has been noted. */
  Object INVALID = new Object();

  /** Whether a {@link #read} failed; one object stands for that. */
  static boolean isInvalid(Object read) {
    return read == INVALID;
  }

  /** The JSON Schema of the type; a fresh map that the caller may add to. */
  Map<String, Object> schema();

  /** The Java value of a JSON value, or {@link #INVALID} with a problem noted under that path. */
  Object read(@Nullable Object json, String path, Problems problems);

  /** The JSON value of a Java value. */
  Object write(Object value);
}
