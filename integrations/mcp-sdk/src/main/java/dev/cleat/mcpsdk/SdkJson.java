// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.Json;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's records as plain JSON values and back, by the SDK's own mapper: both sides speak the
 * same protocol, so nothing else has to be translated. Thread-safe.
 */
final class SdkJson {
  // What the SDK's content blocks are told apart by; it cannot read a result with any other.
  private static final Set<String> CONTENT_TYPES =
      Set.of("text", "image", "audio", "resource", "resource_link");

  private final McpJsonMapper mapper;

  /**
   * With the JSON library that the application has for the SDK.
   *
   * @throws IllegalStateException when it has none
   */
  SdkJson() {
    mapper = McpJsonDefaults.getMapper();
  }

  /** What the SDK would write. Through bytes, so that numbers come as {@link Json} reads them. */
  Map<String, Object> plain(Object record) {
    try {
      if (Json.parse(mapper.writeValueAsBytes(record)) instanceof Map<?, ?> map) {
        return Json.object(map);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The SDK's " + record.getClass().getSimpleName() + " cannot be read: " + e.getMessage(),
          e);
    }
    throw new IllegalArgumentException(record.getClass().getSimpleName() + " is no JSON object");
  }

  /** What the SDK would read. */
  <T> T typed(Map<String, Object> json, Class<T> type) {
    return mapper.convertValue(json, type);
  }

  /** A tool's result in which blocks of a type that the SDK does not know stand as their JSON. */
  static Map<String, Object> readable(Map<String, Object> result) {
    if (!(result.get("content") instanceof List<?> blocks)
        || blocks.stream().allMatch(SdkJson::isKnown)) {
      return result;
    }
    Map<String, Object> readable = new LinkedHashMap<>(result);
    readable.put(
        "content",
        blocks.stream()
            .map(
                block -> isKnown(block) ? block : Map.of("type", "text", "text", Json.print(block)))
            .toList());
    return readable;
  }

  private static boolean isKnown(Object block) {
    return block instanceof Map<?, ?> map
        && CONTENT_TYPES.contains(String.valueOf(map.get("type")));
  }

  /** The text of that name. */
  static @Nullable String text(Map<String, Object> json, String name) {
    return json.get(name) instanceof String text ? text : null;
  }

  /** The object of that name; empty when there is none. */
  static Map<String, Object> object(Map<String, Object> json, String name) {
    return json.get(name) instanceof Map<?, ?> map ? Json.object(map) : Map.of();
  }
}
