// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rows of a table of Ray's state, with how many fit what was asked for and what is missing of them.
 *
 * @param rows at most as many as were asked for
 * @param fitting how many there are of that kind, as far as Ray looked
 * @param warning what Ray could not look at
 */
record StateTable<T>(List<T> rows, long fitting, Optional<String> warning) {
  static <T> StateTable<T> none() {
    return new StateTable<>(List.of(), 0, Optional.empty());
  }

  static <T> StateTable<T> of(JsonNode answer, Function<JsonNode, T> row) {
    JsonNode result = answer.path("data").path("result");
    List<T> rows = new ArrayList<>();
    result.path("result").forEach(node -> rows.add(row.apply(node)));
    long fitting = Math.max(rows.size(), result.path("num_filtered").asLong(rows.size()));
    return new StateTable<>(List.copyOf(rows), fitting, warning(result));
  }

  /** Whether rows that fit are not among these. */
  boolean cut() {
    return fitting > rows.size() || warning.isPresent();
  }

  /** The same with at most so many rows. */
  StateTable<T> atMost(int limit) {
    return rows.size() <= limit ? this : new StateTable<>(rows.subList(0, limit), fitting, warning);
  }

  /** The rows of both. */
  StateTable<T> and(StateTable<T> other) {
    List<T> both = new ArrayList<>(rows);
    both.addAll(other.rows);
    return new StateTable<>(
        List.copyOf(both), fitting + other.fitting, warning.or(() -> other.warning));
  }

  private static Optional<String> warning(JsonNode result) {
    long total = result.path("total").asLong();
    long kept = result.path("num_after_truncation").asLong(total);
    if (kept < total) {
      return Optional.of("Ray itself dropped " + (total - kept) + " of " + total + " rows.");
    }
    return RayJson.text(result, "partial_failure_warning")
        .map(text -> "Ray could not ask every node: " + Wording.oneLine(text, 200));
  }
}
