// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Map;
import java.util.Optional;

/**
 * A JSON Schema (2020-12 unless it names another dialect), kept as the JSON it is with every
 * keyword intact.
 *
 * @param json the schema; not changed by its owner any more
 */
public record Schema(Map<String, Object> json) {
  /** A schema from JSON. */
  public static Schema of(Map<String, Object> json) {
    return new Schema(json);
  }

  /** The schema of a record, from its components and their {@link Doc}, {@link Range} and so on. */
  public static Schema ofRecord(Class<? extends Record> type) {
    return new Schema(RecordType.of(type).schema());
  }

  /** An object with any properties. */
  public static Schema anyObject() {
    return new Schema(Map.of("type", "object"));
  }

  /** The schema of one property, when this describes an object that has it. */
  public Optional<Schema> property(String name) {
    return json.get("properties") instanceof Map<?, ?> properties
            && properties.get(name) instanceof Map<?, ?> property
        ? Optional.of(new Schema(Json.object(property)))
        : Optional.empty();
  }
}
