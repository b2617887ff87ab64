// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How many of a table's rows are of what kind and in which state.
 *
 * @param rows one for each kind
 * @param objects how many objects there are, of a summary of objects
 * @param objectMegabytes how much memory they take
 */
record StateCounts(List<Row> rows, long objects, double objectMegabytes, Optional<String> warning) {
  /** What can be counted. */
  enum Of {
    TASKS("tasks"),
    ACTORS("actors"),
    OBJECTS("objects");

    private final String table;

    Of(String table) {
      this.table = table;
    }

    String table() {
      return table;
    }
  }

  /**
   * Those of one kind.
   *
   * @param name of the function or class
   * @param type such as {@code NORMAL_TASK}; empty for actors
   */
  record Row(String name, String type, Map<String, Integer> states) {
    int in(String state) {
      return states.getOrDefault(state, 0);
    }

    int all() {
      return states.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  static StateCounts of(JsonNode answer) {
    JsonNode cluster =
        answer
            .path("data")
            .path("result")
            .path("result")
            .path("node_id_to_summary")
            .path("cluster");
    List<Row> rows = new ArrayList<>();
    cluster
        .path("summary")
        .properties()
        .forEach(
            kind -> {
              Map<String, Integer> states = new TreeMap<>();
              RayJson.numbers(kind.getValue().path("state_counts"))
                  .forEach((state, count) -> states.put(state, count.intValue()));
              rows.add(
                  new Row(
                      Wording.oneLine(kind.getKey(), 200),
                      kind.getValue().path("type").asText(),
                      states));
            });
    return new StateCounts(
        List.copyOf(rows),
        cluster.path("total_objects").asLong(),
        cluster.path("total_size_mb").asDouble(),
        StateTable.of(answer, row -> row).warning());
  }

  /** Such as {@code 2 ALIVE, 1 DEAD}; states that a later Ray adds are foreign text. */
  static String words(Map<String, Integer> states) {
    return states.entrySet().stream()
        .map(state -> state.getValue() + " " + Wording.oneLine(state.getKey(), 60))
        .collect(joining(", "));
  }

  /** How many rows of all kinds there are in which state. */
  Map<String, Integer> byState() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Row row : rows) {
      row.states().forEach((state, count) -> counts.merge(state, count, Integer::sum));
    }
    return counts;
  }
}
