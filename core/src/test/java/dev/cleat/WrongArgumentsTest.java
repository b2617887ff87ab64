// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static dev.cleat.RecordExamples.json;
import static dev.cleat.RecordExamples.read;
import static dev.cleat.RecordExamples.refused;
import static dev.cleat.RecordExamples.why;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.RecordExamples.Color;
import dev.cleat.RecordExamples.Everything;
import dev.cleat.RecordExamples.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Arguments that are refused, and in which words. */
class WrongArgumentsTest {
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void anyArgumentsGiveARecordOrAToolFailure(@ForAll("objects") Map<String, Object> any) {
    assertThat(catchThrowableOfType(RuntimeException.class, () -> read(Everything.class, any)))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(ToolFailure.class));
  }

  @Provide
  Arbitrary<Map<String, Object>> objects() {
    List<String> keys =
        List.of(
            "name",
            "flag",
            "count",
            "size",
            "ratio",
            "color",
            "since",
            "point",
            "anything",
            "note",
            "points",
            "counts",
            "class",
            "deep",
            "x");
    return JsonValues.any()
        .list()
        .ofSize(keys.size())
        .map(
            values -> {
              Map<String, Object> object = new LinkedHashMap<>();
              for (int i = 0; i < keys.size(); i++) {
                object.put(keys.get(i), values.get(i));
              }
              return object;
            });
  }

  @Test
  void aNumberThatNoDoubleCanHoldIsRefused() {
    record Ratio(double value) {}

    assertThat(why(Ratio.class, "{\"value\":1e400}"))
        .contains("\"value\" has to be a number, and is 1E+400");
  }

  @Test
  void allProblemsAreToldAtOnceWithTheirPaths() {
    record Canvas(String title, List<Point> points, Map<String, Integer> sizes, Color color) {}

    assertThat(
            why(
                Canvas.class,
                """
                {"title":7,"points":[{"x":1},{"x":11,"z":0},4],"sizes":{"a":1,"b":"2"},
                 "color":"dark_blu","tittle":"t"}"""))
        .isEqualTo(
            "The arguments of paint are wrong: "
                + "\"tittle\" is unknown. Did you mean \"title\"?; "
                + "\"title\" has to be a string, and is 7; "
                + "\"points[1].z\" is unknown. Did you mean \"x\"?; "
                + "\"points[1].x\" has to be from -10 to 10, and is 11; "
                + "\"points[2]\" has to be an object, and is 4; "
                + "\"sizes.b\" has to be an integer of 32 bits, and is \"2\"; "
                + "\"color\" has to be one of red, dark_blue, and is \"dark_blu\"."
                + " Did you mean \"dark_blue\"?");
  }

  @Test
  void aLongListOfProblemsIsCutAndCounted() {
    record Numbers(List<Integer> n) {}

    assertThat(why(Numbers.class, "{\"n\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}"))
        .contains("\"n[7]\"")
        .doesNotContain("\"n[8]\"")
        .endsWith("; and 2 more.");
  }

  @Test
  void aFailureTellsWhatTheToolTakes() {
    record Nothing() {}

    ToolFailure missing = refused(Point.class, "{}");

    assertThat(missing.kind()).isEqualTo(FailureKind.INVALID_ARGUMENT);
    assertThat(missing).hasMessage("The arguments of paint are wrong: \"x\" is missing.");
    assertThat(missing.hint()).isEqualTo("It takes x (required), y.");
    assertThat(refused(Nothing.class, "{\"a\":1}").hint()).isEqualTo("It takes no arguments.");
    assertThat(why(Point.class, "{\"x\":null}")).contains("\"x\" has to have a value, and is null");
  }

  @Test
  void rangesAndPatternsHoldWithBothEndsIncluded() throws Exception {
    record Bounded(
        @Range(min = 1, max = 3) @Default("1") int number,
        @Range(min = 2) @Default("xx") String text,
        @Range(max = 1) @Default("[]") List<Integer> list,
        @Pattern("[ab]+") @Default("a") String letters,
        @Range(min = 1) Optional<Integer> maybe) {}

    assertThat(read(Bounded.class, json("{\"number\":3,\"list\":[1],\"maybe\":1}")).number())
        .isEqualTo(3);
    assertThat(why(Bounded.class, "{\"number\":4}")).contains("from 1 to 3, and is 4");
    assertThat(why(Bounded.class, "{\"text\":\"x\"}"))
        .contains("at least 2 characters, and is 1 characters");
    assertThat(why(Bounded.class, "{\"list\":[1,2]}")).contains("at most 1 elements");
    assertThat(why(Bounded.class, "{\"letters\":\"abc\"}"))
        .contains("has to match [ab]+, and is \"abc\"");
    assertThat(why(Bounded.class, "{\"maybe\":0}")).contains("\"maybe\" has to be at least 1");
  }

  @Test
  void aConstructorMayRefuseInItsOwnWords() {
    record Span(int from, int to) {
      Span {
        if (from > to) {
          throw new IllegalArgumentException("from has to be at most to");
        }
      }
    }
    record Outer(Span span) {}

    assertThat(why(Outer.class, "{\"span\":{\"from\":2,\"to\":1}}"))
        .contains("\"span\" from has to be at most to");
  }

  @Test
  void aWrongValueIsShownShortAndWithoutControlCharacters() {
    assertThat(why(Point.class, Json.print(Map.of("x", "\u001b[31m" + "y".repeat(5_000)))))
        .contains("\\u001b")
        .hasSizeLessThan(300);
  }

  @Test
  void aResultThatDoesNotFitIsTheUpstreamsFault() {
    ToolFailure failure =
        catchThrowableOfType(ToolFailure.class, () -> ToolResult.text("hello").as(Point.class));

    assertThat(failure.kind()).isEqualTo(FailureKind.UPSTREAM);
    assertThat(failure).hasMessageContaining("The result is no Point");
  }
}
