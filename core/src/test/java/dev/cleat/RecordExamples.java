// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records of all kinds of components, and what is said of arguments for them. */
final class RecordExamples {
  enum Color {
    RED,
    DARK_BLUE
  }

  record Point(@Range(min = -10, max = 10) int x, @Default("0") long y) {}

  @Doc("Everything that a component can be.")
  record Everything(
      @Doc("Its name.") @Range(min = 1, max = 5) @Pattern("[a-z]+") String name,
      boolean flag,
      int count,
      long size,
      @Range(min = 0.5) double ratio,
      @Default("red") Color color,
      Instant since,
      Point point,
      Object anything,
      Optional<String> note,
      @Range(max = 3) List<Point> points,
      @Range(max = 2) Map<String, Integer> counts,
      @Name("class") @Default("[]") List<String> classes,
      Optional<List<Map<String, Boolean>>> deep) {}

  private RecordExamples() {}

  static Map<String, Object> json(String text) throws Json.SyntaxException {
    return Json.object((Map<?, ?>) Json.parse(text));
  }

  static ToolFailure refused(Class<? extends Record> type, String arguments) {
    return catchThrowableOfType(
        ToolFailure.class, () -> RecordType.of(type).fromArguments("paint", json(arguments)));
  }

  static String why(Class<? extends Record> type, String arguments) {
    return String.valueOf(refused(type, arguments).getMessage());
  }

  static <T extends Record> T read(Class<T> type, Map<String, Object> arguments) {
    return RecordType.of(type).fromArguments("paint", arguments);
  }
}
