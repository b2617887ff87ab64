// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.List;
import java.util.Map;

/** Suggests values for an argument of a prompt, or for a variable of a resource template. */
@FunctionalInterface
public interface Completer {
  /** Suggests nothing. */
  Completer NONE = (typed, others) -> List.of();

  /** The values that begin with what was typed. */
  static Completer of(List<String> values) {
    List<String> all = List.copyOf(values);
    return (typed, others) -> all.stream().filter(value -> value.startsWith(typed)).toList();
  }

  /**
   * Suggests.
   *
   * @param typed what there is of the value so far
   * @param others what the other arguments are already, by name
   * @return the best first; only the first 100 are sent
   */
  List<String> complete(String typed, Map<String, String> others) throws Exception;

  /** The same with how many there are in all, for a completer that sends only some of them. */
  default Completion suggest(String typed, Map<String, String> others) throws Exception {
    return Completion.of(complete(typed, others));
  }
}
