// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** JSON values in one form, whatever the order of their keys: for comparing what is written. */
final class SortedJson {
  private SortedJson() {}

  static @Nullable Object of(@Nullable Object json) {
    if (json instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> sorted = new TreeMap<>();
      map.forEach((key, value) -> sorted.put(String.valueOf(key), of(value)));
      return sorted;
    } else if (json instanceof Iterable<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(element -> copy.add(of(element)));
      return copy;
    }
    return json;
  }
}
