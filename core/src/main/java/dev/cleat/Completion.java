// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.List;
import java.util.Optional;

/**
 * Suggested values for an argument.
 *
 * @param values the best first; at most 100
 * @param total how many there are in all, if that is known
 * @param hasMore whether there are more than these
 */
public record Completion(List<String> values, Optional<Integer> total, boolean hasMore) {
  /** How many values fit into one answer, by the specification. */
  public static final int MAX_VALUES = 100;

  /** Nothing to suggest. */
  public static final Completion NONE = new Completion(List.of(), Optional.empty(), false);

  /** Copies the list. */
  public Completion {
    values = List.copyOf(values);
  }

  /** As many of all values as fit. */
  public static Completion of(List<String> all) {
    return new Completion(
        all.subList(0, Math.min(all.size(), MAX_VALUES)),
        Optional.of(all.size()),
        all.size() > MAX_VALUES);
  }

  /** Whose argument it is. */
  public sealed interface Reference {
    /** A prompt's. */
    record Prompt(String name) implements Reference {}

    /** A variable of a resource template. */
    record Template(String uriTemplate) implements Reference {}
  }
}
