// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has a person at a terminal fill in a form, one field after the other. */
final class FormDialogue {
  /** Who has typed nonsense so often does not want to answer. */
  private static final int TRIES = 3;

  private final Dialogue dialogue;

  FormDialogue(Dialogue dialogue) {
    this.dialogue = dialogue;
  }

  InputResponse.Elicited fillIn(InputRequest.Form form) {
    Map<String, Object> fields =
        form.schema().json().get("properties") instanceof Map<?, ?> properties
            ? Json.object(properties)
            : Map.of();
    if (!dialogue.agrees(form.message() + (fields.isEmpty() ? "" : " Answer now?"))) {
      return InputResponse.Elicited.DECLINED;
    }
    List<?> required =
        form.schema().json().get("required") instanceof List<?> names ? names : List.of();
    Map<String, Object> content = new LinkedHashMap<>();
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      Map<String, Object> schema =
          field.getValue() instanceof Map<?, ?> map ? Json.object(map) : Map.of();
      boolean needed = required.contains(field.getKey());
      Optional<Optional<Object>> value = read(field.getKey(), schema, needed);
      if (value.isEmpty()) {
        return new InputResponse.Elicited(InputResponse.Action.CANCEL, Map.of());
      }
      value.get().ifPresent(given -> content.put(field.getKey(), given));
    }
    return InputResponse.Elicited.accepted(content);
  }

  /** What was typed for a field: nothing in it when it was left out; nothing when given up. */
  private Optional<Optional<Object>> read(String name, Map<String, Object> schema, boolean needed) {
    Object preset = schema.get("default");
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<String> typed = dialogue.ask(prompt(name, schema, needed));
      if (typed.isEmpty()) {
        return Optional.empty();
      }
      if (typed.get().isEmpty()) {
        if (preset != null || !needed) {
          return Optional.of(Optional.ofNullable(preset));
        }
      } else {
        Optional<Object> value = value(typed.get(), schema);
        if (value.isPresent()) {
          return Optional.of(value);
        }
      }
      dialogue.say("  That does not fit: " + wanted(schema) + ".");
    }
    return Optional.empty();
  }

  private static String prompt(String name, Map<String, Object> schema, boolean needed) {
    String title = schema.get("title") instanceof String text ? text : name;
    String preset = schema.containsKey("default") ? ", else " + schema.get("default") : "";
    return "  "
        + title
        + " ("
        + wanted(schema)
        + (needed || !preset.isEmpty() ? "" : ", optional")
        + preset
        + "): ";
  }

  private static String wanted(Map<String, Object> schema) {
    List<String> choices = choices(schema);
    boolean several = "array".equals(schema.get("type"));
    if (!choices.isEmpty()) {
      return (several ? "some of " : "one of ") + String.join(", ", choices);
    }
    return schema.get("description") instanceof String text
        ? text
        : String.valueOf(schema.getOrDefault("type", "string"));
  }

  private static Optional<Object> value(String typed, Map<String, Object> schema) {
    List<String> choices = choices(schema);
    if ("array".equals(schema.get("type"))) {
      List<Object> some = new ArrayList<>();
      for (String one : typed.split(",")) {
        some.add(one.strip());
      }
      return choices.containsAll(some) ? Optional.of(some) : Optional.empty();
    }
    if (!choices.isEmpty()) {
      return choices.contains(typed) ? Optional.of(typed) : Optional.empty();
    }
    try {
      switch (String.valueOf(schema.get("type"))) {
        case "integer":
          return Optional.of(Long.valueOf(typed));
        case "number":
          return Optional.of(Double.valueOf(typed)).filter(Double::isFinite).map(d -> d);
        case "boolean":
          return List.of("yes", "y", "true").contains(typed)
              ? Optional.of(true)
              : List.of("no", "n", "false").contains(typed) ? Optional.of(false) : Optional.empty();
        default:
          return Optional.of(typed);
      }
    } catch (NumberFormatException notOne) {
      return Optional.empty();
    }
  }

  /** The allowed values, in any of the forms in which the specification writes them. */
  private static List<String> choices(Map<String, Object> schema) {
    Map<String, Object> of =
        schema.get("items") instanceof Map<?, ?> items ? Json.object(items) : schema;
    List<String> choices = new ArrayList<>();
    if (of.get("enum") instanceof List<?> values) {
      values.forEach(value -> choices.add(String.valueOf(value)));
    }
    for (String key : List.of("oneOf", "anyOf")) {
      if (of.get(key) instanceof List<?> options) {
        for (Object option : options) {
          if (option instanceof Map<?, ?> map && map.get("const") instanceof String constant) {
            choices.add(constant);
          }
        }
      }
    }
    return choices;
  }
}
