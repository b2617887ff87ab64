// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * Resources whose URIs follow a pattern: the entry of {@code resources/templates/list}. One to be
 * served is made with {@link #of(String)}.
 *
 * @param uriTemplate a URI template of RFC 6570; those served here have only {@code {name}} parts
 * @param name a short name
 * @param title a name for people
 * @param description what they are and when to read one
 * @param mimeType of their contents, when it is the same for all
 * @param meta the {@code _meta} object as the server sent it
 */
public record ResourceTemplate(
    String uriTemplate,
    String name,
    Optional<String> title,
    Optional<String> description,
    Optional<String> mimeType,
    Map<String, Object> meta) {

  /** Checks that all is there. */
  public ResourceTemplate {
    requireNonNull(uriTemplate, "uriTemplate");
    requireNonNull(name, "name");
    requireNonNull(title, "title");
    requireNonNull(description, "description");
    requireNonNull(mimeType, "mimeType");
    meta = Collections.unmodifiableMap(meta);
  }

  /** Starts the description of resources to be served. */
  public static ResourceTemplateBuilder of(String uriTemplate) {
    return new ResourceTemplateBuilder(uriTemplate);
  }
}
