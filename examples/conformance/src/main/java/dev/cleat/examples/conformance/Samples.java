// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.Content;
import dev.cleat.Json;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolBuilder;
import java.util.Map;

/** What several of the fixtures are made of. */
final class Samples {
  /** A picture of one pixel. */
  static final String PNG =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

  /** A sound of one sample. */
  static final String WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

  private Samples() {}

  /** The arguments of a tool that takes none. */
  record None() {}

  static Content picture() {
    return new Content.Image(PNG, "image/png");
  }

  static Content text(String text) {
    return new Content.Text(text);
  }

  /** Starts a tool that changes nothing. */
  static ToolBuilder tool(String name, String description) {
    return Tool.named(name).says(description).readOnly();
  }

  static Schema schema(String json) {
    try {
      if (Json.parse(json) instanceof Map<?, ?> object) {
        return Schema.of(Json.object(object));
      }
    } catch (Json.SyntaxException e) {
      throw new IllegalArgumentException(e);
    }
    throw new IllegalArgumentException("A schema has to be an object.");
  }
}
