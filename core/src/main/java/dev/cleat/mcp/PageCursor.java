// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.spi.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The place in a list where the next page begins: after a named entry, so that entries which come
 * or go before it shift nothing.
 */
final class PageCursor {
  private PageCursor() {}

  /**
   * One page of a list as a result.
   *
   * @param params of the request, which may have a cursor
   * @param field what the list is called in the result
   * @param key names an entry uniquely
   * @param write puts an entry on the wire
   */
  static <T> Map<String, Object> page(
      Map<String, Object> params,
      int pageSize,
      String field,
      List<T> all,
      Function<T, String> key,
      Function<T, Object> write) {
    int from = params.containsKey("cursor") ? read(params.get("cursor"), all, key) : 0;
    int to = Math.min(all.size(), from + pageSize);
    Map<String, Object> result =
        Wire.object(field, all.subList(from, to).stream().map(write).toList());
    if (to < all.size()) {
      result.put("nextCursor", after(key.apply(all.get(to - 1))));
    }
    return result;
  }

  private static String after(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  /** The index of the first entry of the page. */
  private static <T> int read(@Nullable Object cursor, List<T> all, Function<T, String> key) {
    if (cursor instanceof String text) {
      try {
        String last = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
        for (int i = 0; i < all.size(); i++) {
          if (key.apply(all.get(i)).equals(last)) {
            return i + 1;
          }
        }
      } catch (IllegalArgumentException notOurs) {
        // refused below, like any cursor that names nothing
      }
    }
    throw new McpException.Protocol(
        Protocol.INVALID_PARAMS,
        "The cursor is unknown; the list may have changed. Start again without one.",
        Optional.empty());
  }
}
