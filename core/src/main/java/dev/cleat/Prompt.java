// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages that a person starts from: the entry of {@code prompts/list}. One to be served is made
 * with {@link #named(String)}.
 *
 * @param name unique within its server
 * @param title a name for people
 * @param description what it is for
 * @param arguments what it can be given
 * @param meta the {@code _meta} object as the server sent it
 */
public record Prompt(
    String name,
    Optional<String> title,
    Optional<String> description,
    List<Argument> arguments,
    Map<String, Object> meta) {

  /** Checks that all is there. */
  public Prompt {
    requireNonNull(name, "name");
    requireNonNull(title, "title");
    requireNonNull(description, "description");
    arguments = List.copyOf(arguments);
    meta = Collections.unmodifiableMap(meta);
  }

  /** Starts the description of a prompt to be served. */
  public static PromptBuilder named(String name) {
    return new PromptBuilder(name);
  }

  /** The same prompt under another name, as a registry lists it. */
  public Prompt withName(String newName) {
    return new Prompt(newName, title, description, arguments, meta);
  }

  /**
   * Something that a prompt is given; always text.
   *
   * @param name its name
   * @param description what it is
   * @param required whether it has to be given
   */
  public record Argument(String name, Optional<String> description, boolean required) {}
}
