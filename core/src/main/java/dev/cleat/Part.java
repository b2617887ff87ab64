// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Collection;
import java.util.Map;

/** One component of a record in the JSON object of that record. Immutable. */
interface Part {
  /** Its properties there. */
  Collection<Property> properties();

  /**
   * The component's value, or {@link JsonType#INVALID} with a problem noted.
   *
   * @param path of the object; empty for the outermost
   */
  Object readFrom(Map<String, Object> object, String path, Problems problems);

  /** Puts the component of that record into the object. */
  void writeTo(Map<String, Object> object, Record owner);
}
