// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/** What a resource holds, or one part of it. */
public sealed interface ResourceContents {
  /** The URI of the resource or part. */
  String uri();

  /** Its type. */
  Optional<String> mimeType();

  /** The {@code _meta} object. */
  Map<String, Object> meta();

  /** Text. */
  static ResourceContents text(String uri, String mimeType, String text) {
    return new Text(uri, Optional.of(mimeType), text, Map.of());
  }

  /** Bytes. */
  static ResourceContents bytes(String uri, String mimeType, byte[] bytes) {
    String blob = Base64.getEncoder().encodeToString(bytes);
    return new Blob(uri, Optional.of(mimeType), blob, Map.of());
  }

  /** Contents that are text. */
  record Text(String uri, Optional<String> mimeType, String text, Map<String, Object> meta)
      implements ResourceContents {
    /** Takes a read-only view of the map. */
    public Text {
      meta = Collections.unmodifiableMap(meta);
    }
  }

  /**
   * Contents that are bytes.
   *
   * @param blob the bytes in base64
   */
  record Blob(String uri, Optional<String> mimeType, String blob, Map<String, Object> meta)
      implements ResourceContents {
    /** Takes a read-only view of the map. */
    public Blob {
      meta = Collections.unmodifiableMap(meta);
    }
  }
}
