// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.Tool;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The place in a list of tools where the next page begins: after a named tool, so that tools which
 * come or go before it shift nothing.
 */
final class PageCursor {
  private PageCursor() {}

  static String after(Tool tool) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(tool.name().getBytes(StandardCharsets.UTF_8));
  }

  /** The index of the first tool of the page. */
  static int read(@Nullable Object cursor, List<Tool> tools) {
    if (cursor instanceof String text) {
      try {
        String name = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
        for (int i = 0; i < tools.size(); i++) {
          if (tools.get(i).name().equals(name)) {
            return i + 1;
          }
        }
      } catch (IllegalArgumentException notOurs) {
        // refused below, like any cursor that names nothing
      }
    }
    throw new McpException.Protocol(
        Wire.INVALID_PARAMS,
        "The cursor is unknown; the list may have changed. Start again without one.",
        Optional.empty());
  }
}
