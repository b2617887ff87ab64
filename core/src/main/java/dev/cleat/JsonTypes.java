// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON types of the Java types that a record component may have. */
final class JsonTypes {
  private JsonTypes() {}

  /**
   * The JSON type of a Java type; {@code within} are the records around it, outermost first.
   *
   * @throws IllegalArgumentException when JSON cannot carry it
   */
  static JsonType of(Type type, List<Class<?>> within) {
    if (type instanceof WildcardType wildcard) {
      return of(wildcard.getUpperBounds()[0], within);
    }
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return new ListType(of(arguments[0], within));
      }
      if (generic.getRawType() == Map.class && arguments[0] == String.class) {
        return new MapType(of(arguments[1], within));
      }
    }
    if (type instanceof Class<?> plain) {
      return ofClass(plain, within);
    }
    throw unsupported(type);
  }

  private static JsonType ofClass(Class<?> type, List<Class<?>> within) {
    if (type == String.class) {
      return scalar("string", "a string", json -> json instanceof String ? json : null);
    } else if (type == boolean.class || type == Boolean.class) {
      return scalar("boolean", "true or false", json -> json instanceof Boolean ? json : null);
    } else if (type == int.class || type == Integer.class) {
      return scalar("integer", "an integer of 32 bits", JsonTypes::toInt);
    } else if (type == long.class || type == Long.class) {
      return scalar("integer", "an integer of 64 bits", JsonTypes::toLong);
    } else if (type == double.class || type == Double.class) {
      return scalar(
          "number",
          "a number",
          json ->
              json instanceof Number n && Double.isFinite(n.doubleValue())
                  ? (Object) n.doubleValue()
                  : null);
    } else if (type == Instant.class) {
      return new InstantType();
    } else if (type == Object.class) {
      return new AnyType();
    } else if (type.isEnum()) {
      return new EnumType(type);
    } else if (type.isRecord()) {
      return RecordType.of(type.asSubclass(Record.class), within);
    }
    throw unsupported(type);
  }

  private static IllegalArgumentException unsupported(Type type) {
    return new IllegalArgumentException(
        type.getTypeName()
            + " has no JSON form here. Allowed are String, boolean, int, long, double, enums,"
            + " Instant, records, Object, and Optional, List or Map<String, …> of these.");
  }

  private static @Nullable Object toInt(Object json) {
    Object number = toLong(json);
    return number instanceof Long l && l == l.intValue() ? l.intValue() : null;
  }

  /** JSON knows one kind of number: 3.0 is an integer too. */
  private static @Nullable Object toLong(Object json) {
    if (json instanceof Long || json instanceof Integer) {
      return ((Number) json).longValue();
    }
    return json instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53
        ? (Object) d.longValue()
        : null;
  }

  private static JsonType scalar(
      String schemaType, String wanted, Function<Object, @Nullable Object> reader) {
    return new ScalarType(schemaType, wanted, reader);
  }

  private record ScalarType(
      String schemaType, String wanted, Function<Object, @Nullable Object> reader)
      implements JsonType {
    @Override
    public Map<String, Object> schema() {
      return new LinkedHashMap<>(Map.of("type", schemaType));
    }

    @Override
    public Object read(@Nullable Object json, String path, Problems problems) {
      Object value = json == null ? null : reader.apply(json);
      if (value == null) {
        problems.add(path, "has to be " + wanted + ", and is " + Problems.describe(json));
        return INVALID;
      }
      return value;
    }

    @Override
    public Object write(Object value) {
      return value;
    }
  }

  private static final class EnumType implements JsonType {
    private final Map<String, Object> byName = new LinkedHashMap<>();

    EnumType(Class<?> type) {
      for (Object constant : type.getEnumConstants()) {
        byName.put(wireName(constant), constant);
      }
    }

    private static String wireName(Object constant) {
      return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Map<String, Object> schema() {
      Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "string");
      schema.put("enum", List.copyOf(byName.keySet()));
      return schema;
    }

    @Override
    public Object read(@Nullable Object json, String path, Problems problems) {
      Object value = json instanceof String text ? byName.get(text) : null;
      if (value == null) {
        String hint = json instanceof String t ? Problems.hint(t, byName.keySet()) : "";
        String allowed = byName.keySet().stream().collect(Collectors.joining(", "));
        problems.add(
            path, "has to be one of " + allowed + ", and is " + Problems.describe(json) + hint);
        return INVALID;
      }
      return value;
    }

    @Override
    public Object write(Object value) {
      return wireName(value);
    }
  }

  private static final class InstantType implements JsonType {
    @Override
    public Map<String, Object> schema() {
      Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "string");
      schema.put("format", "date-time");
      return schema;
    }

    @Override
    public Object read(@Nullable Object json, String path, Problems problems) {
      if (json instanceof String text) {
        try {
          return Instant.parse(text);
        } catch (DateTimeParseException notATime) {
          // reported below, like any other value that is none
        }
      }
      problems.add(
          path, "has to be a time such as 2026-01-31T12:00:00Z, and is " + Problems.describe(json));
      return INVALID;
    }

    @Override
    public Object write(Object value) {
      return value.toString();
    }
  }

  private static final class AnyType implements JsonType {
    @Override
    public Map<String, Object> schema() {
      // Everything but null; said in full, because some clients take an empty schema for a mistake.
      return new LinkedHashMap<>(
          Map.of("type", List.of("object", "array", "string", "number", "boolean")));
    }

    @Override
    public Object read(@Nullable Object json, String path, Problems problems) {
      if (json == null) {
        problems.add(path, "has to be a value, and is null");
        return INVALID;
      }
      return json;
    }

    @Override
    public Object write(Object value) {
      return value;
    }
  }

  private record ListType(JsonType element) implements JsonType {
    @Override
    public Map<String, Object> schema() {
      Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "array");
      schema.put("items", element.schema());
      return schema;
    }

    @Override
    public Object read(@Nullable Object json, String path, Problems problems) {
      if (!(json instanceof List<?> array)) {
        problems.add(path, "has to be an array, and is " + Problems.describe(json));
        return INVALID;
      }
      int before = problems.count();
      List<Object> values = new ArrayList<>(array.size());
      for (int i = 0; i < array.size(); i++) {
        values.add(element.read(array.get(i), path + "[" + i + "]", problems));
      }
      return problems.count() == before ? List.copyOf(values) : INVALID;
    }

    @Override
    public Object write(Object value) {
      return Arrays.asList(((List<?>) value).stream().map(element::write).toArray());
    }
  }

  private record MapType(JsonType element) implements JsonType {
    @Override
    public Map<String, Object> schema() {
      Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "object");
      schema.put("additionalProperties", element.schema());
      return schema;
    }

    @Override
    public Object read(@Nullable Object json, String path, Problems problems) {
      if (!(json instanceof Map<?, ?> object)) {
        problems.add(path, "has to be an object, and is " + Problems.describe(json));
        return INVALID;
      }
      int before = problems.count();
      Map<String, Object> values = new LinkedHashMap<>();
      Json.object(object)
          .forEach((key, v) -> values.put(key, element.read(v, path + "." + key, problems)));
      return problems.count() == before ? values : INVALID;
    }

    @Override
    public Object write(Object value) {
      Map<String, Object> object = new LinkedHashMap<>();
      Json.object((Map<?, ?>) value).forEach((key, v) -> object.put(key, element.write(v)));
      return object;
    }
  }
}
