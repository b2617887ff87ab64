// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** One block of what a tool says. */
public sealed interface Content {
  /** The text, when this is a text block. */
  default Optional<String> asText() {
    return Optional.empty();
  }

  /** A picture from its bytes. */
  static Content image(String mimeType, byte[] bytes) {
    return new Image(Base64.getEncoder().encodeToString(bytes), mimeType);
  }

  /** A sound from its bytes. */
  static Content audio(String mimeType, byte[] bytes) {
    return new Audio(Base64.getEncoder().encodeToString(bytes), mimeType);
  }

  /** Plain text. */
  record Text(String text) implements Content {
    @Override
    public Optional<String> asText() {
      return Optional.of(text);
    }
  }

  /**
   * A picture.
   *
   * @param data the bytes in base64
   * @param mimeType such as {@code image/png}
   */
  record Image(String data, String mimeType) implements Content {}

  /**
   * A sound.
   *
   * @param data the bytes in base64
   * @param mimeType such as {@code audio/wav}
   */
  record Audio(String data, String mimeType) implements Content {}

  /**
   * What a resource holds, put into the answer.
   *
   * @param resource the contents
   */
  record Embedded(ResourceContents resource) implements Content {}

  /**
   * A resource that the client may read.
   *
   * @param resource which one
   */
  record Link(Resource resource) implements Content {}

  /**
   * Any other block, and any block with more in it than the types above hold (annotations, say): as
   * it came, so that a gateway passes it on whole.
   *
   * @param type the block's {@code type}
   * @param json the whole block, {@code type} included
   */
  record Other(String type, Map<String, Object> json) implements Content {
    @Override
    public Optional<String> asText() {
      return type.equals("text") && json.get("text") instanceof String text
          ? Optional.of(text)
          : Optional.empty();
    }
  }
}
