// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CacheHint;
import dev.cleat.Completer;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.RequestContext;
import dev.cleat.ResourceHandler;
import dev.cleat.ResourceRead;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.Text;
import dev.cleat.spi.Protocol;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds what a request is about in sets of prompts and resources, and refuses what is not there.
 */
final class Lookup {
  private Lookup() {}

  /**
   * What reads a URI.
   *
   * @param handler reads it
   * @param cache for how long what was read stays true
   * @param request what the handler is to be given
   */
  record Found(ResourceHandler handler, CacheHint cache, ResourceRead request) {}

  /** What reads that URI: a resource of that very URI, else the first template that fits it. */
  static Optional<Found> resource(Iterable<? extends ToolSet> sets, String uri) {
    for (ToolSet set : sets) {
      for (ServedResource resource : set.resources()) {
        if (resource.uri().equals(uri)) {
          ResourceRead request = new ResourceRead(uri, Map.of());
          return Optional.of(new Found(resource.handler(), resource.cache(), request));
        }
      }
    }
    for (ToolSet set : sets) {
      for (ServedTemplate template : set.templates()) {
        Optional<Map<String, String>> variables = template.match(uri);
        if (variables.isPresent()) {
          ResourceRead request = new ResourceRead(uri, variables.get());
          return Optional.of(new Found(template.handler(), template.cache(), request));
        }
      }
    }
    return Optional.empty();
  }

  /** The prompt of that name. */
  static Optional<ServedPrompt> prompt(Iterable<? extends ToolSet> sets, String name) {
    for (ToolSet set : sets) {
      for (ServedPrompt prompt : set.prompts()) {
        if (prompt.name().equals(name)) {
          return Optional.of(prompt);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Has a prompt write its messages.
   *
   * @param arguments as they came
   * @throws McpException.Protocol when one is missing, unknown, or no text
   */
  static PromptResult prompt(
      ServedPrompt prompt, Map<String, Object> arguments, RequestContext context) throws Exception {
    Map<String, String> texts = new LinkedHashMap<>();
    List<String> known = prompt.prompt().arguments().stream().map(Prompt.Argument::name).toList();
    arguments.forEach(
        (name, value) -> {
          if (!known.contains(name)) {
            throw invalid(
                "The prompt %s has no argument \"%s\". It takes %s."
                    .formatted(prompt.name(), Text.shown(name), listed(known)));
          }
          if (!(value instanceof String text)) {
            throw invalid(
                "The argument \"%s\" of the prompt %s has to be a text."
                    .formatted(name, prompt.name()));
          }
          texts.put(name, text);
        });
    List<String> missing = new ArrayList<>();
    for (Prompt.Argument argument : prompt.prompt().arguments()) {
      if (argument.required() && !texts.containsKey(argument.name())) {
        missing.add(argument.name());
      }
    }
    if (!missing.isEmpty()) {
      throw invalid(
          "The prompt %s needs %s, which the request lacks."
              .formatted(prompt.name(), listed(missing)));
    }
    return Objects.requireNonNull(
        prompt.handler().get(texts, context), "The handler of the prompt returned null");
  }

  /**
   * Suggests values for an argument of a prompt or a variable of a template.
   *
   * @throws McpException.Protocol when there is no such prompt, template or argument
   */
  static Completion complete(
      Iterable<? extends ToolSet> sets,
      Completion.Reference of,
      String argument,
      String typed,
      Map<String, String> others)
      throws Exception {
    Optional<Completer> completer =
        of instanceof Completion.Reference.Prompt prompt
            ? completer(sets, prompt, argument)
            : completer(sets, (Completion.Reference.Template) of, argument);
    return completer.isPresent() ? completer.get().suggest(typed, others) : Completion.NONE;
  }

  private static Optional<Completer> completer(
      Iterable<? extends ToolSet> sets, Completion.Reference.Prompt of, String argument) {
    ServedPrompt prompt =
        prompt(sets, of.name())
            .orElseThrow(
                () -> invalid("There is no prompt \"%s\".".formatted(Text.shown(of.name()))));
    List<String> known = prompt.prompt().arguments().stream().map(Prompt.Argument::name).toList();
    if (!known.contains(argument)) {
      throw invalid(
          "The prompt %s has no argument \"%s\". It takes %s."
              .formatted(prompt.name(), Text.shown(argument), listed(known)));
    }
    return Optional.ofNullable(prompt.completers().get(argument));
  }

  private static Optional<Completer> completer(
      Iterable<? extends ToolSet> sets, Completion.Reference.Template of, String argument) {
    for (ToolSet set : sets) {
      for (ServedTemplate template : set.templates()) {
        String pattern = template.template().uriTemplate();
        if (pattern.equals(of.uriTemplate())) {
          List<String> known = template.variables();
          if (!known.contains(argument)) {
            throw invalid(
                "The template %s has no variable \"%s\". It has %s."
                    .formatted(pattern, Text.shown(argument), listed(known)));
          }
          return Optional.ofNullable(template.completers().get(argument));
        }
      }
      for (ServedResource resource : set.resources()) {
        if (resource.uri().equals(of.uriTemplate())) {
          // The specification lets a whole URI stand here, which has nothing left to complete.
          return Optional.empty();
        }
      }
    }
    throw invalid("There is no resource template \"%s\".".formatted(Text.shown(of.uriTemplate())));
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private static McpException.Protocol invalid(String why) {
    return new McpException.Protocol(Protocol.INVALID_PARAMS, why, Optional.empty());
  }
}
