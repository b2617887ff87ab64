// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/** Describes a resource step by step; see {@link Resource#at(String)}. */
public final class ResourceBuilder {
  private final String uri;
  private Optional<String> name = Optional.empty();
  private Optional<String> title = Optional.empty();
  private Optional<String> description = Optional.empty();
  private Optional<String> mimeType = Optional.empty();
  private CacheHint cache = CacheHint.NONE;

  ResourceBuilder(String uri) {
    this.uri = checkedUri(uri);
  }

  /** Gives it a short name; else its URI is its name. */
  public ResourceBuilder named(String text) {
    name = Optional.of(text);
    return this;
  }

  /** Gives it a name for people. */
  public ResourceBuilder title(String text) {
    title = Optional.of(text);
    return this;
  }

  /** Says what it is and when to read it. */
  public ResourceBuilder says(String text) {
    description = Optional.of(text);
    return this;
  }

  /** Says of which type its contents are. */
  public ResourceBuilder mimeType(String type) {
    mimeType = Optional.of(type);
    return this;
  }

  /** Says for how long what was read stays true. */
  public ResourceBuilder cached(CacheHint hint) {
    cache = hint;
    return this;
  }

  /** Completes it with what reads it. */
  public ServedResource reads(ResourceHandler handler) {
    Resource resource =
        new Resource(
            uri, name.orElse(uri), title, description, mimeType, Optional.empty(), Map.of());
    return new ServedResource(resource, handler, cache);
  }

  static String checkedUri(String uri) {
    try {
      if (new URI(uri).isAbsolute()) {
        return uri;
      }
    } catch (URISyntaxException notOne) {
      // refused below
    }
    throw new IllegalArgumentException(
        "\""
            + Text.shown(uri)
            + "\" is not the URI of a resource. It needs a scheme, as in log://today.");
  }
}
