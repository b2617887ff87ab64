// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A record as a JSON object: its schema, its construction from JSON, and its JSON. Immutable. */
final class RecordType<T extends Record> implements JsonType {
  private final Class<T> type;
  private final Constructor<T> constructor;
  private final List<Part> parts = new ArrayList<>();
  private final Map<String, Property> properties = new LinkedHashMap<>();

  private RecordType(Class<T> type, List<Class<?>> within) {
    this.type = type;
    if (within.contains(type)) {
      throw new IllegalArgumentException(
          type.getName() + " contains itself, and such a record has no finite schema here.");
    }
    List<Class<?>> inner = new ArrayList<>(within);
    inner.add(type);
    RecordComponent[] components = type.getRecordComponents();
    for (RecordComponent component : components) {
      Part part =
          component.isAnnotationPresent(Unwrapped.class)
              ? new UnwrappedPart(component, inner)
              : new Property(component, inner);
      parts.add(part);
      for (Property property : part.properties()) {
        if (properties.put(property.name(), property) != null) {
          throw new IllegalArgumentException(
              type.getName() + " has two components of the name " + property.name() + ".");
        }
      }
    }
    try {
      constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalArgumentException(
          type.getName()
              + " cannot be reached by reflection. Open its package to dev.cleat, or export it.",
          e);
    }
  }

  static <T extends Record> RecordType<T> of(Class<T> type) {
    return of(type, List.of());
  }

  static <T extends Record> RecordType<T> of(Class<T> type, List<Class<?>> within) {
    return new RecordType<>(type, within);
  }

  @Override
  public Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    Doc doc = type.getAnnotation(Doc.class);
    if (doc != null) {
      schema.put("description", doc.value());
    }
    Map<String, Object> described = new LinkedHashMap<>();
    properties.forEach((name, property) -> described.put(name, property.schema()));
    schema.put("properties", described);
    List<String> required =
        properties.values().stream()
            .filter(Property::required)
            .map(Property::name)
            .collect(Collectors.toList());
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  /**
   * The record of a tool's arguments.
   *
   * @throws ToolFailure {@link FailureKind#INVALID_ARGUMENT} naming every wrong argument
   */
  T fromArguments(String tool, Map<String, Object> arguments) {
    Problems problems = new Problems();
    Object value = read(arguments, "", problems);
    if (!problems.isEmpty()) {
      throw ToolFailure.invalidArgument(
          "The arguments of " + tool + " are wrong: " + problems.sentence(), argumentsHint());
    }
    return type.cast(value);
  }

  /** The record of a structured result; throws {@link FailureKind#UPSTREAM} when it is none. */
  T fromResult(Optional<Object> structured) {
    Problems problems = new Problems();
    Object value = read(structured.orElse(null), "", problems);
    if (!problems.isEmpty()) {
      throw new ToolFailure(
          FailureKind.UPSTREAM,
          "The result is no " + type.getSimpleName() + ": " + problems.sentence(),
          "");
    }
    return type.cast(value);
  }

  Map<String, Object> toJson(Record value) {
    Map<String, Object> json = new LinkedHashMap<>();
    writeTo(json, value);
    return json;
  }

  void writeTo(Map<String, Object> json, Record value) {
    parts.forEach(part -> part.writeTo(json, value));
  }

  Collection<Property> properties() {
    return properties.values();
  }

  @Override
  public Object write(Object value) {
    return toJson((Record) value);
  }

  @Override
  public Object read(@Nullable Object json, String path, Problems problems) {
    if (!(json instanceof Map<?, ?> object)) {
      problems.add(path, "has to be an object, and is " + Problems.describe(json));
      return INVALID;
    }
    int before = problems.count();
    Map<String, Object> given = Json.object(object);
    for (String name : given.keySet()) {
      if (!properties.containsKey(name)) {
        problems.add(at(path, name), "is unknown" + Problems.hint(name, properties.keySet()));
      }
    }
    return readParts(given, path, problems, before);
  }

  /**
   * The record of those of the object's properties that are its own.
   *
   * @param before how many problems there may be so that it is made at all
   */
  Object readParts(Map<String, Object> given, String path, Problems problems, int before) {
    Object[] values = parts.stream().map(part -> part.readFrom(given, path, problems)).toArray();
    return problems.count() == before ? construct(values, path, problems) : INVALID;
  }

  private Object construct(Object[] values, String path, Problems problems) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        problems.add(path, String.valueOf(refused.getMessage()));
        return INVALID;
      }
      if (e.getCause() instanceof ToolFailure failure) {
        throw failure;
      }
      throw new IllegalStateException("The constructor of " + type.getName() + " failed", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot construct " + type.getName(), e);
    }
  }

  private String argumentsHint() {
    if (properties.isEmpty()) {
      return "It takes no arguments.";
    }
    return "It takes "
        + properties.values().stream()
            .map(p -> p.name() + (p.required() ? " (required)" : ""))
            .collect(Collectors.joining(", "))
        + ".";
  }

  static String at(String path, String name) {
    return path.isEmpty() ? Text.shown(name) : path + "." + Text.shown(name);
  }
}
