// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which URIs belong to a resource template. Immutable. */
sealed interface UriPattern permits UriTemplate, LooseUriTemplate {
  /** The names in its braces. */
  List<String> variables();

  /** What the variables stand for in a URI, as far as that can be told, when it fits. */
  Optional<Map<String, String>> match(String uri);

  /**
   * Reads a template of any level.
   *
   * @throws IllegalArgumentException when it is none of RFC 6570
   */
  static UriPattern of(String text) {
    try {
      return UriTemplate.parse(text);
    } catch (IllegalArgumentException higherLevel) {
      return LooseUriTemplate.parse(text);
    }
  }
}
