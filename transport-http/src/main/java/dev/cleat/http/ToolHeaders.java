// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Json;
import dev.cleat.Text;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments of which tool travel as headers too, because the tool's input schema says {@code
 * x-mcp-header}. Learned from the lists of tools that pass by. Thread-safe.
 */
final class ToolHeaders {
  private static final Logger LOG = System.getLogger(ToolHeaders.class.getName());

  /** The numbers that every JSON implementation knows exactly. */
  private static final long MAX_INTEGER = (1L << 53) - 1;

  /** One that is none of these is an annotation of a thing that cannot be written into a header. */
  private static final Set<String> PRIMITIVES = Set.of("string", "integer", "boolean", "number");

  /** Keywords whose value is a map of names to schemas. */
  private static final Set<String> MAPS_OF_SCHEMAS =
      Set.of("$defs", "definitions", "patternProperties", "dependentSchemas");

  /** Keywords whose value is data, in which a key means nothing. */
  private static final Set<String> DATA = Set.of("enum", "const", "default", "examples", "example");

  /** One argument: where it is, and the rest of the header's name. */
  private record Param(List<String> path, String header) {}

  /** A schema breaks the rules; the message says which. */
  private static final class RuleException extends Exception {
    private static final long serialVersionUID = 1L;

    RuleException(String message) {
      super(message, null, false, false);
    }
  }

  private final int maxTools;

  // Only tools that have such arguments.
  private final Map<String, List<Param>> byTool = new ConcurrentHashMap<>();

  ToolHeaders(int maxTools) {
    this.maxTools = maxTools;
  }

  /**
   * Learns from one page of {@code tools/list}, and returns it without the tools that are wrong.
   */
  Map<String, Object> learn(String label, Map<String, Object> result) {
    if (!(result.get("tools") instanceof List<?> tools)) {
      return result;
    }
    List<@Nullable Object> kept = new ArrayList<>(tools.size());
    for (Object tool : tools) {
      if (!(tool instanceof Map<?, ?> entry) || !(entry.get("name") instanceof String name)) {
        kept.add(tool);
        continue;
      }
      try {
        learn(name, params(entry.get("inputSchema")));
        kept.add(tool);
      } catch (RuleException e) {
        byTool.remove(name);
        LOG.log(
            Level.WARNING,
            () -> label + ": left out the tool " + Text.shown(name) + ": " + e.getMessage());
      }
    }
    if (kept.size() == tools.size()) {
      return result;
    }
    Map<String, Object> filtered = new LinkedHashMap<>(result);
    filtered.put("tools", kept);
    return filtered;
  }

  private void learn(String tool, List<Param> params) {
    if (params.isEmpty()) {
      byTool.remove(tool);
    } else if (byTool.size() < maxTools || byTool.containsKey(tool)) {
      byTool.put(tool, params);
    }
  }

  /** The headers of one call, by name. */
  Map<String, String> of(String tool, @Nullable Object arguments) {
    List<Param> params = byTool.get(tool);
    if (params == null) {
      return Map.of();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (Param param : params) {
      Object value = arguments;
      for (String name : param.path()) {
        value = value instanceof Map<?, ?> object ? object.get(name) : null;
      }
      text(value)
          .ifPresent(
              text ->
                  headers.put(HttpWire.PARAM_PREFIX + param.header(), HeaderValue.encode(text)));
    }
    return headers;
  }

  private static Optional<String> text(@Nullable Object value) {
    if (value instanceof String || value instanceof Boolean) {
      return Optional.of(value.toString());
    }
    if (!(value instanceof Number number)) {
      return Optional.empty();
    }
    double size = number.doubleValue();
    boolean whole = size == Math.rint(size) && Math.abs(size) <= MAX_INTEGER;
    return Optional.of(whole ? Long.toString(number.longValue()) : number.toString());
  }

  private static List<Param> params(@Nullable Object schema) throws RuleException {
    List<Param> found = new ArrayList<>();
    if (schema instanceof Map<?, ?> root) {
      collect(Json.object(root), List.of(), found);
    }
    return found;
  }

  /**
   * @param path the names of the properties that lead here; null when something else does
   */
  private static void collect(
      Map<String, Object> schema, @Nullable List<String> path, List<Param> found)
      throws RuleException {
    for (Map.Entry<String, Object> keyword : schema.entrySet()) {
      String name = keyword.getKey();
      Object value = keyword.getValue();
      if (name.equals(HttpWire.HEADER_KEYWORD)) {
        found.add(param(schema, path, value, found));
      } else if (name.equals("properties") && value instanceof Map<?, ?> properties) {
        for (Map.Entry<String, Object> property : Json.object(properties).entrySet()) {
          visit(property.getValue(), path == null ? null : then(path, property.getKey()), found);
        }
      } else if (MAPS_OF_SCHEMAS.contains(name) && value instanceof Map<?, ?> schemas) {
        for (Object each : schemas.values()) {
          visit(each, null, found);
        }
      } else if (!DATA.contains(name)) {
        visit(value, null, found);
      }
    }
  }

  private static void visit(@Nullable Object value, @Nullable List<String> path, List<Param> found)
      throws RuleException {
    if (value instanceof Map<?, ?> schema) {
      collect(Json.object(schema), path, found);
    } else if (value instanceof List<?> list) {
      for (Object each : list) {
        visit(each, null, found);
      }
    }
  }

  private static Param param(
      Map<String, Object> schema, @Nullable List<String> path, Object value, List<Param> found)
      throws RuleException {
    if (!(value instanceof String header) || !isToken(header)) {
      throw new RuleException(HttpWire.HEADER_KEYWORD + " has to be the name of a header.");
    }
    if (path == null || path.isEmpty()) {
      throw new RuleException(
          HttpWire.HEADER_KEYWORD + " is only allowed on a property of an object.");
    }
    if (!isPrimitive(schema.get("type"))) {
      throw new RuleException(
          HttpWire.HEADER_KEYWORD + " is only allowed on a string, an integer or a boolean.");
    }
    Set<String> names = new HashSet<>();
    found.forEach(param -> names.add(param.header().toLowerCase(Locale.ROOT)));
    if (names.contains(header.toLowerCase(Locale.ROOT))) {
      throw new RuleException(
          "two of its arguments have the same " + HttpWire.HEADER_KEYWORD + ".");
    }
    return new Param(path, header);
  }

  private static boolean isPrimitive(@Nullable Object type) {
    if (!(type instanceof List<?> types)) {
      return type instanceof String one && PRIMITIVES.contains(one);
    }
    return types.stream().anyMatch(PRIMITIVES::contains)
        && types.stream().allMatch(one -> PRIMITIVES.contains(one) || "null".equals(one));
  }

  static boolean isToken(String name) {
    return !name.isEmpty()
        && name.chars()
            .allMatch(
                c ->
                    c >= '0' && c <= '9'
                        || c >= 'A' && c <= 'Z'
                        || c >= 'a' && c <= 'z'
                        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  private static List<String> then(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return List.copyOf(longer);
  }
}
