// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * Something that can be read under a URI: the entry of {@code resources/list}. One to be served is
 * made with {@link #at(String)}.
 *
 * @param uri names it, uniquely within its server
 * @param name a short name
 * @param title a name for people
 * @param description what it is and when to read it
 * @param mimeType of its contents
 * @param size of its contents in bytes
 * @param meta the {@code _meta} object as the server sent it
 */
public record Resource(
    String uri,
    String name,
    Optional<String> title,
    Optional<String> description,
    Optional<String> mimeType,
    Optional<Long> size,
    Map<String, Object> meta) {

  /** Checks the URI. */
  public Resource {
    uri = ResourceBuilder.checkedUri(uri);
    requireNonNull(name, "name");
    requireNonNull(title, "title");
    requireNonNull(description, "description");
    requireNonNull(mimeType, "mimeType");
    requireNonNull(size, "size");
    meta = Collections.unmodifiableMap(meta);
  }

  /** Starts the description of a resource to be served. */
  public static ResourceBuilder at(String uri) {
    return new ResourceBuilder(uri);
  }
}
