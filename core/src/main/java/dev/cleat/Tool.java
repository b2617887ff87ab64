// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * What a tool tells of itself: the entry of {@code tools/list}.
 *
 * <p>A tool to be served is made with {@link #named(String)}, which ends in a {@link ServedTool}:
 *
 * <pre>{@code
 * Tool.named("roll_dice")
 *     .says("Rolls six-sided dice and adds them up.")
 *     .readOnly()
 *     .handles(Roll.class, Rolled.class, (roll, call) -> roll(roll.dice()))
 * }</pre>
 *
 * @param name 1 to 128 of {@code A-Z a-z 0-9 _ - .}, unique within its server
 * @param title a name for people
 * @param description when to use it, then what it does; the first sentence counts most
 * @param inputSchema JSON Schema of the arguments, an object at its root
 * @param outputSchema JSON Schema of the structured result
 * @param hints what it does to the world
 * @param meta the {@code _meta} object as the server sent it
 */
public record Tool(
    String name,
    Optional<String> title,
    String description,
    Schema inputSchema,
    Optional<Schema> outputSchema,
    ToolHints hints,
    Map<String, Object> meta) {

  private static final java.util.regex.Pattern NAME =
      java.util.regex.Pattern.compile("[A-Za-z0-9_.-]{1,128}");

  /** Checks the name. */
  public Tool {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\""
              + Text.shown(name)
              + "\" is not a tool name. Allowed are 1 to 128 of A-Z a-z 0-9 _ - and dot.");
    }
    requireNonNull(title, "title");
    requireNonNull(description, "description");
    requireNonNull(inputSchema, "inputSchema");
    requireNonNull(outputSchema, "outputSchema");
    requireNonNull(hints, "hints");
    meta = java.util.Collections.unmodifiableMap(meta);
  }

  /** Starts the description of a tool to be served. */
  public static ToolBuilder named(String name) {
    return new ToolBuilder(name);
  }

  /** The same tool under another name, as a registry lists it. */
  public Tool withName(String newName) {
    return new Tool(newName, title, description, inputSchema, outputSchema, hints, meta);
  }
}
