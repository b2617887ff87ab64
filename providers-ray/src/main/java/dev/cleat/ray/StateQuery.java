// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is wanted of a table of Ray's state. Immutable.
 *
 * @param conditions all of which a row has to fulfil
 * @param limit of rows
 */
record StateQuery(List<Condition> conditions, int limit) {
  /** A column that is, or is not, equal to a value. */
  record Condition(String column, boolean equal, String value) {}

  static StateQuery first(int limit) {
    return new StateQuery(List.of(), limit);
  }

  StateQuery where(String column, String value) {
    return with(new Condition(column, true, value));
  }

  StateQuery where(String column, Optional<String> value) {
    return value.map(given -> where(column, given)).orElse(this);
  }

  StateQuery whereNot(String column, String value) {
    return with(new Condition(column, false, value));
  }

  StateQuery atMost(int rows) {
    return new StateQuery(conditions, rows);
  }

  Ask ask(String table, Duration timeout) {
    Ask ask = Ask.get("/api/v0/" + table, timeout).with("detail", 1).with("limit", limit);
    for (Condition condition : conditions) {
      ask =
          ask.with("filter_keys", condition.column())
              .with("filter_predicates", condition.equal() ? "=" : "!=")
              .with("filter_values", condition.value());
    }
    return ask;
  }

  private StateQuery with(Condition condition) {
    List<Condition> more = new ArrayList<>(conditions);
    more.add(condition);
    return new StateQuery(List.copyOf(more), limit);
  }
}
