// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

/**
 * A resource together with what reads it.
 *
 * @param resource what is listed
 * @param handler what is called; by many threads at once
 * @param cache for how long what was read stays true
 */
public record ServedResource(Resource resource, ResourceHandler handler, CacheHint cache) {
  /** Checks that all is there. */
  public ServedResource {
    requireNonNull(resource, "resource");
    requireNonNull(handler, "handler");
    requireNonNull(cache, "cache");
  }

  /** The URI it is listed and read by. */
  public String uri() {
    return resource.uri();
  }
}
