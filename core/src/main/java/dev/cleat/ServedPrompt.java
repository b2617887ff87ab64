// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * A prompt together with what writes its messages.
 *
 * @param prompt what is listed
 * @param handler what is called; by many threads at once
 * @param completers suggest values for its arguments, by name
 */
public record ServedPrompt(
    Prompt prompt, PromptHandler handler, Map<String, Completer> completers) {
  /** Checks that all is there, and copies the map. */
  public ServedPrompt {
    requireNonNull(prompt, "prompt");
    requireNonNull(handler, "handler");
    completers = Map.copyOf(completers);
  }

  /** The name it is listed and got by. */
  public String name() {
    return prompt.name();
  }
}
