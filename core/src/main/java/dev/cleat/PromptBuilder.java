// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Describes a prompt step by step; see {@link Prompt#named(String)}. */
public final class PromptBuilder {
  private final String name;
  private Optional<String> title = Optional.empty();
  private Optional<String> description = Optional.empty();
  private final List<Prompt.Argument> arguments = new ArrayList<>();
  private final Map<String, Completer> completers = new LinkedHashMap<>();

  PromptBuilder(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("The name of a prompt cannot be blank.");
    }
    this.name = name;
  }

  /** Gives it a name for people. */
  public PromptBuilder title(String text) {
    title = Optional.of(text);
    return this;
  }

  /** Says what it is for. */
  public PromptBuilder says(String text) {
    description = Optional.of(text);
    return this;
  }

  /** Adds an argument that has to be given. */
  public PromptBuilder requires(String argument, String what) {
    return argument(new Prompt.Argument(argument, Optional.of(what), true));
  }

  /** Adds an argument that may be left out. */
  public PromptBuilder takes(String argument, String what) {
    return argument(new Prompt.Argument(argument, Optional.of(what), false));
  }

  /** Suggests values for one of the arguments named before. */
  public PromptBuilder completes(String argument, Completer completer) {
    if (arguments.stream().noneMatch(known -> known.name().equals(argument))) {
      throw new IllegalArgumentException(
          "The prompt " + name + " has no argument \"" + argument + "\". Name it first.");
    }
    completers.put(argument, completer);
    return this;
  }

  /** Completes it with what writes the messages. */
  public ServedPrompt gives(PromptHandler handler) {
    return new ServedPrompt(
        new Prompt(name, title, description, arguments, Map.of()), handler, completers);
  }

  private PromptBuilder argument(Prompt.Argument argument) {
    if (arguments.stream().anyMatch(known -> known.name().equals(argument.name()))) {
      throw new IllegalArgumentException(
          "The prompt " + name + " has the argument \"" + argument.name() + "\" twice.");
    }
    arguments.add(argument);
    return this;
  }
}
