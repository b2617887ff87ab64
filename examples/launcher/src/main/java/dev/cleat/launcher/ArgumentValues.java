// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Json;
import dev.cleat.Schema;
import dev.cleat.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the arguments of a call out of words: {@code name=value}, with the value read as the tool's
 * schema wants it. Whether the arguments as a whole fit, the tool itself says.
 */
final class ArgumentValues {
  private ArgumentValues() {}

  /**
   * All arguments.
   *
   * @param json an object with arguments, if one was given
   * @param words {@code name=value} each
   * @throws IllegalArgumentException with what is wrong and how to write it
   */
  static Map<String, Object> of(Schema schema, Optional<String> json, List<String> words) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    json.ifPresent(text -> arguments.putAll(object(text)));
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "\""
                + Text.shown(word)
                + "\" is no argument. Write name=value, or give all arguments as --json '{…}'.");
      }
      String name = word.substring(0, equals);
      Object value = value(name, word.substring(equals + 1), types(schema, name));
      if (arguments.put(name, value) != null) {
        throw new IllegalArgumentException("The argument " + Text.shown(name) + " is given twice.");
      }
    }
    return arguments;
  }

  private static Map<String, Object> object(String text) {
    try {
      if (Json.parse(text) instanceof Map<?, ?> map) {
        return Json.object(map);
      }
    } catch (Json.SyntaxException e) {
      throw new IllegalArgumentException("--json is not JSON: " + e.getMessage() + ".");
    }
    throw new IllegalArgumentException("--json has to be an object, such as '{\"limit\": 5}'.");
  }

  /** The types that the schema allows; none when it does not say. */
  private static List<String> types(Schema schema, String name) {
    Object type = schema.property(name).map(property -> property.json().get("type")).orElse(null);
    if (type instanceof String one) {
      return List.of(one);
    } else if (type instanceof List<?> several) {
      return several.stream().map(String::valueOf).toList();
    }
    return List.of();
  }

  private static Object value(String name, String text, List<String> types) {
    Object json = parsed(text);
    if (types.isEmpty()) {
      return json == null ? text : json;
    }
    for (String type : types) {
      if (json != null && fits(json, type)) {
        return json;
      }
    }
    if (types.contains("string")) {
      // Among several types quotes tell a string from the others; alone they are part of it.
      return types.size() > 1 && json instanceof String ? json : text;
    }
    throw new IllegalArgumentException(
        Text.shown(name)
            + " has to be "
            + article(types.get(0))
            + ", and is \""
            + Text.shown(text)
            + "\". "
            + example(name, types.get(0)));
  }

  /** A string is taken as it stands, so that {@code id=007} needs no quotes. */
  private static boolean fits(Object json, String type) {
    return switch (type) {
      case "integer" ->
          json instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue());
      case "number" -> json instanceof Number;
      case "boolean" -> json instanceof Boolean;
      case "array" -> json instanceof List;
      case "object" -> json instanceof Map;
      default -> false;
    };
  }

  private static @Nullable Object parsed(String text) {
    try {
      return Json.parse(text);
    } catch (Json.SyntaxException notJson) {
      return null;
    }
  }

  private static String article(String type) {
    return switch (type) {
      case "integer" -> "an integer";
      case "array" -> "an array in JSON";
      case "object" -> "an object in JSON";
      case "boolean" -> "true or false";
      default -> "a " + type;
    };
  }

  private static String example(String name, String type) {
    return switch (type) {
      case "array" -> "Write " + Text.shown(name) + "='[1, 2]' or '[\"a\", \"b\"]'.";
      case "object" -> "Write " + Text.shown(name) + "='{\"key\": \"value\"}'.";
      case "boolean" -> "Write " + Text.shown(name) + "=true.";
      default -> "Write " + Text.shown(name) + "=3.";
    };
  }
}
