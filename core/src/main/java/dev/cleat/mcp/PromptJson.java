// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Completion;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.spi.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prompts, their messages, and completions as they stand on the wire. */
final class PromptJson {
  private PromptJson() {}

  static Map<String, Object> write(Prompt prompt, String revision) {
    Map<String, Object> json = Wire.object("name", prompt.name());
    if (ProtocolVersion.atLeast(revision, ProtocolVersion.STRUCTURED)) {
      prompt.title().ifPresent(title -> json.put("title", title));
    }
    prompt.description().ifPresent(description -> json.put("description", description));
    List<Object> arguments = new ArrayList<>();
    for (Prompt.Argument argument : prompt.arguments()) {
      Map<String, Object> described = Wire.object("name", argument.name());
      argument.description().ifPresent(text -> described.put("description", text));
      described.put("required", argument.required());
      arguments.add(described);
    }
    json.put("arguments", arguments);
    if (!prompt.meta().isEmpty()) {
      json.put(Protocol.META, prompt.meta());
    }
    return json;
  }

  /** The prompt, or nothing when the entry is none. */
  static Optional<Prompt> readPrompt(@Nullable Object entry) {
    Map<String, Object> json = Wire.object(entry).orElse(Map.of());
    if (!(json.get("name") instanceof String name)) {
      return Optional.empty();
    }
    List<Prompt.Argument> arguments = new ArrayList<>();
    for (Object element : Wire.list(json.get("arguments"))) {
      Map<String, Object> argument = Wire.object(element).orElse(Map.of());
      if (argument.get("name") instanceof String argumentName) {
        arguments.add(
            new Prompt.Argument(
                argumentName,
                Wire.text(argument.get("description")),
                Boolean.TRUE.equals(argument.get("required"))));
      }
    }
    return Optional.of(
        new Prompt(
            name,
            Wire.text(json.get("title")),
            Wire.text(json.get("description")),
            arguments,
            Wire.meta(json)));
  }

  static Map<String, Object> write(PromptResult result, String revision) {
    List<Object> messages = new ArrayList<>();
    for (PromptResult.Message message : result.messages()) {
      Map<String, Object> json =
          Wire.object("role", message.role().name().toLowerCase(Locale.ROOT));
      json.put("content", ContentJson.write(message.content(), revision));
      messages.add(json);
    }
    Map<String, Object> json = Wire.object("messages", messages);
    result.description().ifPresent(text -> json.put("description", text));
    if (!result.meta().isEmpty()) {
      json.put(Protocol.META, result.meta());
    }
    return json;
  }

  static PromptResult readResult(Map<String, Object> json) {
    List<PromptResult.Message> messages = new ArrayList<>();
    for (Object element : Wire.list(json.get("messages"))) {
      Map<String, Object> message = Wire.object(element).orElse(Map.of());
      PromptResult.Role role =
          "assistant".equals(message.get("role"))
              ? PromptResult.Role.ASSISTANT
              : PromptResult.Role.USER;
      Wire.object(message.get("content"))
          .flatMap(ContentJson::read)
          .ifPresent(content -> messages.add(new PromptResult.Message(role, content)));
    }
    return new PromptResult(Wire.text(json.get("description")), messages, Wire.meta(json));
  }

  static Map<String, Object> write(Completion completion) {
    Map<String, Object> values = Wire.object("values", completion.values());
    completion.total().ifPresent(total -> values.put("total", total));
    values.put("hasMore", completion.hasMore());
    return Wire.object("completion", values);
  }

  static Completion readCompletion(Map<String, Object> result) {
    Map<String, Object> json = Wire.object(result.get("completion")).orElse(Map.of());
    List<String> values = new ArrayList<>();
    for (Object value : Wire.list(json.get("values"))) {
      Wire.text(value).ifPresent(values::add);
    }
    return new Completion(
        values, Wire.number(json.get("total")), Boolean.TRUE.equals(json.get("hasMore")));
  }

  static Map<String, Object> write(Completion.Reference reference) {
    if (reference instanceof Completion.Reference.Prompt prompt) {
      Map<String, Object> json = Wire.object("type", "ref/prompt");
      json.put("name", prompt.name());
      return json;
    }
    Map<String, Object> json = Wire.object("type", "ref/resource");
    json.put("uri", ((Completion.Reference.Template) reference).uriTemplate());
    return json;
  }
}
