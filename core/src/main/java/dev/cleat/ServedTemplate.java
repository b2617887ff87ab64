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
   * @throws IllegalArgumentException when the template is of a level that is not served here
   */
  public ServedTemplate {
    var unused = UriTemplate.parse(template.uriTemplate());
    requireNonNull(handler, "handler");
    requireNonNull(cache, "cache");
    completers = Map.copyOf(completers);
  }

  /** The names in its braces. */
  public List<String> variables() {
    return UriTemplate.parse(template.uriTemplate()).variables();
  }

  /** What its variables stand for in a URI, when that fits. */
  public Optional<Map<String, String>> match(String uri) {
    return UriTemplate.parse(template.uriTemplate()).match(uri);
  }
}
