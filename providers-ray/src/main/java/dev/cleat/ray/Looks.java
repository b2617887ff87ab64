// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks at many things, of which some may be out of sight without spoiling the others. What could
 * not be seen is kept, so that nobody takes it for healthy.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class Looks {
  /** One look. */
  interface Look<T> {
    T now() throws InterruptedException;
  }

  // Each takes the whole time of a request.
  private static final int MOST_TIMEOUTS = 2;

  private final List<String> unseen = new ArrayList<>();
  private int timeouts;

  <T> T at(String what, T otherwise, Look<T> look) throws InterruptedException {
    if (timeouts >= MOST_TIMEOUTS) {
      unseen.add(what + ": not looked at, as the dashboard does not answer");
      return otherwise;
    }
    try {
      return look.now();
    } catch (ToolFailure failure) {
      if (failure.kind() == FailureKind.UNAVAILABLE) {
        timeouts++;
      }
      unseen.add(what + ": " + failure.getMessage());
      return otherwise;
    }
  }

  /** The same for a table, of which a part may be missing. */
  <T> StateTable<T> table(String what, Look<StateTable<T>> look) throws InterruptedException {
    StateTable<T> table = at(what, StateTable.none(), look);
    if (table.cut()) {
      unseen.add(what + ": " + cut(table));
    }
    return table;
  }

  /** Adds what is known not to be seen. */
  void miss(String what) {
    unseen.add(what);
  }

  /** What could not be seen. */
  List<String> unseen() {
    return List.copyOf(unseen);
  }

  /** The same for an answer, in which it is left out when there is nothing. */
  Optional<List<String>> told() {
    return unseen.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(unseen));
  }

  /** What is missing of a table, in words. */
  static String cut(StateTable<?> table) {
    String more =
        table.fitting() > table.rows().size()
            ? "only " + table.rows().size() + " of " + table.fitting() + " were looked at."
            : "";
    return (more + " " + table.warning().orElse("")).strip();
  }
}
