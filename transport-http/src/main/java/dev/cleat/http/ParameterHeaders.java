// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Json;
import dev.cleat.Tool;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The headers that repeat arguments of a call: those whose schema says {@code x-mcp-header},
 * reached through {@code properties} alone.
 *
 * <p>Thread-safe. What a schema asks for is remembered as long as the tool has the same schema.
 */
final class ParameterHeaders {
  /** Tools beyond are looked at anew in each call. */
  private static final int MAX_REMEMBERED = 10_000;

  /** Longer ones are no numbers that a header may carry, which end at 2^53. */
  private static final int MAX_NUMBER_CHARS = 32;

  /** One argument, and the header that repeats it. */
  private record Rule(String header, List<String> path) {}

  private record Remembered(Map<String, Object> schema, List<Rule> rules) {}

  private final ConcurrentMap<String, Remembered> byTool = new ConcurrentHashMap<>();

  /**
   * Checks the headers of one call.
   *
   * @throws dev.cleat.McpException.Protocol with {@link dev.cleat.spi.Protocol#HEADER_MISMATCH}
   */
  void check(ServerExchange exchange, Tool tool, Map<String, Object> params) {
    for (Rule rule : rules(tool)) {
      Object value = params.get("arguments");
      for (String step : rule.path()) {
        value = value instanceof Map<?, ?> object ? object.get(step) : null;
      }
      String header = exchange.header(rule.header());
      String source = "argument " + String.join(".", rule.path());
      if (value == null) {
        if (header != null) {
          throw HeaderRules.differs(rule.header(), source + ", which is absent");
        }
      } else if (header == null) {
        throw HeaderRules.missing(rule.header(), source);
      } else if (!equal(value, HeaderRules.decoded(rule.header(), header))) {
        throw HeaderRules.differs(rule.header(), source);
      }
    }
  }

  private static boolean equal(Object value, String text) {
    if (value instanceof Number number) {
      return isNumber(text)
          && new BigDecimal(number.toString()).compareTo(new BigDecimal(text)) == 0;
    }
    return value.toString().equals(text);
  }

  /** A plain one without exponent, which {@link BigDecimal} reads in no time. */
  private static boolean isNumber(String text) {
    int digits = 0;
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
      } else if (c == '.') {
        dots++;
      } else if (c != '-' || i > 0) {
        return false;
      }
    }
    return digits > 0 && dots <= 1 && text.length() <= MAX_NUMBER_CHARS;
  }

  private List<Rule> rules(Tool tool) {
    Map<String, Object> schema = tool.inputSchema().json();
    Remembered known = byTool.get(tool.name());
    if (known != null && known.schema() == schema) {
      return known.rules();
    }
    List<Rule> rules = new ArrayList<>();
    collect(schema, new ArrayList<>(), rules);
    if (byTool.size() < MAX_REMEMBERED || known != null) {
      byTool.put(tool.name(), new Remembered(schema, rules));
    }
    return rules;
  }

  private static void collect(Map<String, Object> schema, List<String> path, List<Rule> rules) {
    if (!(schema.get("properties") instanceof Map<?, ?> properties)
        || path.size() >= Json.MAX_DEPTH) {
      return;
    }
    for (Map.Entry<String, Object> property : Json.object(properties).entrySet()) {
      if (property.getValue() instanceof Map<?, ?> map) {
        Map<String, Object> part = Json.object(map);
        path.add(property.getKey());
        String header = headerOf(part);
        if (header != null) {
          rules.add(new Rule(HttpWire.PARAM_PREFIX + header, List.copyOf(path)));
        }
        collect(part, path, rules);
        path.remove(path.size() - 1);
      }
    }
  }

  private static @Nullable String headerOf(Map<String, Object> schema) {
    return schema.get(HttpWire.HEADER_KEYWORD) instanceof String name && isToken(name)
        ? name
        : null;
  }

  /** Whether HTTP allows it as the name of a header. */
  private static boolean isToken(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
