// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What HTTP says of the types of bodies, as far as it matters here. */
final class MediaTypes {
  private MediaTypes() {}

  static boolean isJson(String contentType) {
    int length = HttpWire.JSON.length();
    return contentType.regionMatches(true, 0, HttpWire.JSON, 0, length)
        && (contentType.length() == length || " ;\t".indexOf(contentType.charAt(length)) >= 0);
  }

  /** Whether an Accept header allows a type; weights are not looked at. */
  static boolean accepts(@Nullable String accept, String type) {
    if (accept == null || accept.contains(type) || accept.contains("*/*")) {
      return true;
    }
    String lower = accept.toLowerCase(Locale.ROOT);
    return lower.contains(type) || lower.contains(type.substring(0, type.indexOf('/')) + "/*");
  }
}
