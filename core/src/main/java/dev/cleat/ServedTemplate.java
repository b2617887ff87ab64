// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A resource template together with what reads its resources.
 *
 * @param template what is listed
 * @param handler what is called; by many threads at once
 * @param cache for how long what was read stays true
 * @param completers suggest values for its variables, by name
 */
public record ServedTemplate(
    ResourceTemplate template,
    ResourceHandler handler,
    CacheHint cache,
    Map<String, Completer> completers) {
  /**
   * Checks that all is there, and copies the map.
   *
   * @throws IllegalArgumentException when the template is none of RFC 6570
   */
  public ServedTemplate {
    var unused = pattern(template);
    requireNonNull(handler, "handler");
    requireNonNull(cache, "cache");
    completers = Map.copyOf(completers);
  }

  /** The names in its braces. */
  public List<String> variables() {
    return pattern(template).variables();
  }

  /**
   * What its variables stand for in a URI, when that fits. A template with operators, as those of
   * other servers may have, fits more than it could have made, and tells of no variables.
   */
  public Optional<Map<String, String>> match(String uri) {
    return pattern(template).match(uri);
  }

  private static UriPattern pattern(ResourceTemplate template) {
    return UriPattern.of(template.uriTemplate());
  }
}
