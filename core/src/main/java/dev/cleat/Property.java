// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One component of a record as a property of a JSON object. Immutable. */
final class Property implements Part {
  private final String name;
  private final JsonType type;
  private final boolean optional;
  private final Optional<Object> defaultJson;
  private final @Nullable Doc doc;
  private final @Nullable Range range;
  private final java.util.regex.@Nullable Pattern pattern;
  private final Method accessor;

  Property(RecordComponent component, List<Class<?>> within) {
    Name given = component.getAnnotation(Name.class);
    name = given == null ? snakeCase(component.getName()) : given.value();
    Type declared = component.getGenericType();
    optional =
        declared instanceof ParameterizedType generic && generic.getRawType() == Optional.class;
    if (optional) {
      declared = ((ParameterizedType) declared).getActualTypeArguments()[0];
    }
    try {
      type = JsonTypes.of(declared, within);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(described(component) + ": " + e.getMessage(), e);
    }
    doc = component.getAnnotation(Doc.class);
    range = component.getAnnotation(Range.class);
    Pattern expression = component.getAnnotation(Pattern.class);
    pattern = expression == null ? null : java.util.regex.Pattern.compile(expression.value());
    checkAnnotations(component, type.schema());
    Default fallback = component.getAnnotation(Default.class);
    defaultJson =
        fallback == null ? Optional.empty() : Optional.of(defaultOf(component, fallback.value()));
    accessor = component.getAccessor();
    accessor.setAccessible(true);
  }

  String name() {
    return name;
  }

  boolean required() {
    return !optional && defaultJson.isEmpty();
  }

  Map<String, Object> schema() {
    Map<String, Object> schema = type.schema();
    if (doc != null) {
      schema.put("description", doc.value());
    }
    if (range != null) {
      String suffix =
          switch (kindOf(schema)) {
            case "string" -> "Length";
            case "array" -> "Items";
            case "object" -> "Properties";
            default -> "imum";
          };
      if (!Double.isInfinite(range.min())) {
        schema.put("min" + suffix, number(range.min()));
      }
      if (!Double.isInfinite(range.max())) {
        schema.put("max" + suffix, number(range.max()));
      }
    }
    if (pattern != null) {
      schema.put("pattern", "^(?:" + pattern.pattern() + ")$");
    }
    defaultJson.ifPresent(json -> schema.put("default", json));
    return schema;
  }

  @Override
  public Collection<Property> properties() {
    return List.of(this);
  }

  /** A null counts as left out where that is allowed. */
  @Override
  public Object readFrom(Map<String, Object> object, String outer, Problems problems) {
    String path = RecordType.at(outer, name);
    Object json = object.get(name);
    if (json == null && defaultJson.isPresent()) {
      json = defaultJson.get();
    }
    if (json == null) {
      if (optional) {
        return Optional.empty();
      }
      problems.add(
          path, object.containsKey(name) ? "has to have a value, and is null" : "is missing");
      return JsonType.INVALID;
    }
    Object value = type.read(json, path, problems);
    if (JsonType.isInvalid(value) || !allowed(value, path, problems)) {
      return JsonType.INVALID;
    }
    return optional ? Optional.of(value) : value;
  }

  @Override
  public void writeTo(Map<String, Object> object, Record owner) {
    Object value;
    try {
      value = accessor.invoke(owner);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(accessor + " failed", e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("Cannot read " + accessor, e);
    }
    if (optional) {
      value = ((Optional<?>) value).orElse(null);
    }
    if (value != null) {
      object.put(name, type.write(value));
    } else if (!optional) {
      throw new IllegalStateException(
          owner.getClass().getName() + "." + accessor.getName() + " is null. Use Optional.");
    }
  }

  private boolean allowed(Object value, String path, Problems problems) {
    if (range != null) {
      String of = "";
      double size;
      if (value instanceof Number number) {
        size = number.doubleValue();
      } else if (value instanceof String text) {
        size = text.length();
        of = " characters";
      } else {
        size = value instanceof List<?> list ? list.size() : ((Map<?, ?>) value).size();
        of = " elements";
      }
      if (size < range.min() || size > range.max()) {
        problems.add(path, "has to be " + bounds() + of + ", and is " + number(size) + of);
        return false;
      }
    }
    if (pattern != null && value instanceof String text && !pattern.matcher(text).matches()) {
      problems.add(
          path, "has to match " + pattern.pattern() + ", and is " + Problems.describe(text));
      return false;
    }
    return true;
  }

  private String bounds() {
    if (range == null) {
      return "";
    } else if (Double.isInfinite(range.max())) {
      return "at least " + number(range.min());
    } else if (Double.isInfinite(range.min())) {
      return "at most " + number(range.max());
    }
    return "from " + number(range.min()) + " to " + number(range.max());
  }

  /** Refuses bounds on what has no size, and expressions on what is no free text. */
  private void checkAnnotations(RecordComponent component, Map<String, Object> schema) {
    String kind = kindOf(schema);
    boolean text =
        kind.equals("string") && !schema.containsKey("enum") && !schema.containsKey("format");
    boolean sized =
        text
            || List.of("integer", "number", "array").contains(kind)
            || schema.get("additionalProperties") instanceof Map;
    if (range != null && !sized) {
      throw new IllegalArgumentException(
          described(component)
              + ": @Range goes with numbers, strings, lists and maps, and this is none.");
    }
    if (pattern != null && !text) {
      throw new IllegalArgumentException(
          described(component) + ": @Pattern goes with strings, and this is none.");
    }
  }

  private static String kindOf(Map<String, Object> schema) {
    return String.valueOf(schema.get("type"));
  }

  private static String described(RecordComponent component) {
    return component.getDeclaringRecord().getName() + "." + component.getName();
  }

  /** Text that is JSON of the right type is that JSON; else it is the bare text. */
  private Object defaultOf(RecordComponent component, String text) {
    Object json = defaultJsonOf(component, text);
    Problems problems = new Problems();
    if (!allowed(type.read(json, name, problems), name, problems)) {
      throw new IllegalArgumentException(described(component) + ": @Default of " + problems);
    }
    return json;
  }

  private Object defaultJsonOf(RecordComponent component, String text) {
    try {
      Object json = Json.parse(text);
      if (json != null && !JsonType.isInvalid(type.read(json, name, new Problems()))) {
        return json;
      }
    } catch (Json.SyntaxException bareText) {
      // checked as a string below
    }
    Problems problems = new Problems();
    type.read(text, name, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(described(component) + ": @Default of " + problems);
    }
    return text;
  }

  private static Number number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      return (long) value;
    }
    return value;
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
