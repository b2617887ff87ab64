// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsTest {
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

  private static Map<String, Object> json(String text) throws Json.SyntaxException {
    return Json.object((Map<?, ?>) Json.parse(text));
  }

  private static ToolFailure refused(Class<? extends Record> type, String arguments) {
    return catchThrowableOfType(
        ToolFailure.class, () -> RecordType.of(type).fromArguments("paint", json(arguments)));
  }

  private static String why(Class<? extends Record> type, String arguments) {
    return String.valueOf(refused(type, arguments).getMessage());
  }

  @Test
  void theSchemaOfARecordSaysAllThatItsAnnotationsSay() {
    assertThat(Json.printPretty(Schema.ofRecord(Everything.class).json()).replace("\r\n", "\n"))
        .isEqualTo(
            """
            {
              "type" : "object",
              "description" : "Everything that a component can be.",
              "properties" : {
                "name" : {
                  "type" : "string",
                  "description" : "Its name.",
                  "minLength" : 1,
                  "maxLength" : 5,
                  "pattern" : "^(?:[a-z]+)$"
                },
                "flag" : {
                  "type" : "boolean"
                },
                "count" : {
                  "type" : "integer"
                },
                "size" : {
                  "type" : "integer"
                },
                "ratio" : {
                  "type" : "number",
                  "minimum" : 0.5
                },
                "color" : {
                  "type" : "string",
                  "enum" : [ "red", "dark_blue" ],
                  "default" : "red"
                },
                "since" : {
                  "type" : "string",
                  "format" : "date-time"
                },
                "point" : {
                  "type" : "object",
                  "properties" : {
                    "x" : {
                      "type" : "integer",
                      "minimum" : -10,
                      "maximum" : 10
                    },
                    "y" : {
                      "type" : "integer",
                      "default" : 0
                    }
                  },
                  "required" : [ "x" ],
                  "additionalProperties" : false
                },
                "anything" : {
                  "type" : [ "object", "array", "string", "number", "boolean" ]
                },
                "note" : {
                  "type" : "string"
                },
                "points" : {
                  "type" : "array",
                  "items" : {
                    "type" : "object",
                    "properties" : {
                      "x" : {
                        "type" : "integer",
                        "minimum" : -10,
                        "maximum" : 10
                      },
                      "y" : {
                        "type" : "integer",
                        "default" : 0
                      }
                    },
                    "required" : [ "x" ],
                    "additionalProperties" : false
                  },
                  "maxItems" : 3
                },
                "counts" : {
                  "type" : "object",
                  "additionalProperties" : {
                    "type" : "integer"
                  },
                  "maxProperties" : 2
                },
                "class" : {
                  "type" : "array",
                  "items" : {
                    "type" : "string"
                  },
                  "default" : [ ]
                },
                "deep" : {
                  "type" : "array",
                  "items" : {
                    "type" : "object",
                    "additionalProperties" : {
                      "type" : "boolean"
                    }
                  }
                }
              },
              "required" : [ "name", "flag", "count", "size", "ratio", "since", "point", \
            "anything", "points", "counts" ],
              "additionalProperties" : false
            }""");
  }

  @Provide
  Arbitrary<Everything> everything() {
    Arbitrary<Point> points =
        Combinators.combine(Arbitraries.integers().between(-10, 10), Arbitraries.longs())
            .as(Point::new);
    Arbitrary<String> names =
        Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(5);
    Arbitrary<Instant> times =
        Combinators.combine(
                Arbitraries.longs().between(-4_000_000_000L, 4_000_000_000L),
                Arbitraries.longs().between(0, 999_999_999))
            .as(Instant::ofEpochSecond);
    Arbitrary<Everything> first =
        Combinators.combine(
                names,
                Arbitraries.integers(),
                Arbitraries.longs(),
                Arbitraries.doubles().between(0.5, Double.MAX_VALUE),
                Arbitraries.of(Color.class),
                times,
                points,
                JsonValues.any().filter(value -> value != null))
            .as(
                (name, count, size, ratio, color, since, point, anything) ->
                    new Everything(
                        name,
                        count % 2 == 0,
                        count,
                        size,
                        ratio,
                        color,
                        since,
                        point,
                        anything,
                        Optional.empty(),
                        List.of(),
                        Map.of(),
                        List.of(),
                        Optional.empty()));
    return Combinators.combine(
            first,
            JsonValues.text().optional(),
            points.list().ofMaxSize(3),
            Arbitraries.maps(JsonValues.text(), Arbitraries.integers()).ofMaxSize(2),
            JsonValues.text().list().ofMaxSize(3),
            Arbitraries.maps(JsonValues.text(), Arbitraries.of(true, false))
                .ofMaxSize(2)
                .list()
                .ofMaxSize(2)
                .optional())
        .as(
            (e, note, list, counts, classes, deep) ->
                new Everything(
                    e.name,
                    e.flag,
                    e.count,
                    e.size,
                    e.ratio,
                    e.color,
                    e.since,
                    e.point,
                    e.anything,
                    note,
                    list,
                    counts,
                    classes,
                    deep));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void aRecordIsReadBackFromItsJson(@ForAll("everything") Everything value) throws Exception {
    RecordType<Everything> type = RecordType.of(Everything.class);
    Map<String, Object> json = json(Json.print(type.toJson(value)));

    assertThat(type.fromArguments("paint", json)).isEqualTo(value);
    assertThat(ToolResult.structured(json).as(Everything.class)).isEqualTo(value);
  }

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

  private static <T extends Record> T read(Class<T> type, Map<String, Object> arguments) {
    return RecordType.of(type).fromArguments("paint", arguments);
  }

  @Test
  void whatIsLeftOutOrNullTakesItsDefaultOrIsEmpty() throws Exception {
    record Paint(
        @Default("dark_blue") Color color,
        @Default("2.5") double width,
        @Default("true") boolean dry,
        @Default("true") String word,
        @Default("{\"x\":1}") Point at,
        Optional<Integer> coats) {}
    Paint expected =
        new Paint(Color.DARK_BLUE, 2.5, true, "true", new Point(1, 0), Optional.empty());

    assertThat(read(Paint.class, json("{}"))).isEqualTo(expected);
    assertThat(read(Paint.class, json("{\"color\":null,\"coats\":null}"))).isEqualTo(expected);
  }

  @Test
  void namesAreInSnakeCaseUnlessGiven() {
    record Node(int gpuCount, String nodeIp2, @Name("CamelCase") int other) {}

    assertThat(RecordType.of(Node.class).toJson(new Node(1, "a", 2)).keySet().toString())
        .isEqualTo("[gpu_count, node_ip2, CamelCase]");
  }

  @Test
  void wholeNumbersAreIntegersHoweverTheyAreWritten() throws Exception {
    assertThat(read(Point.class, json("{\"x\":3.0,\"y\":1e3}"))).isEqualTo(new Point(3, 1_000));
    assertThat(why(Point.class, "{\"x\":3.5}")).contains("\"x\" has to be an integer of 32 bits");
    assertThat(why(Point.class, "{\"x\":3000000000}")).contains("32 bits, and is 3000000000");
    assertThat(why(Point.class, "{\"x\":1,\"y\":1e30}")).contains("\"y\" has to be an integer");
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
  void aTimeIsWrittenAndReadInOneForm() {
    record At(Instant time) {}
    At at = new At(Instant.parse("2026-01-31T12:00:00Z"));

    assertThat(Json.print(RecordType.of(At.class).toJson(at)))
        .isEqualTo("{\"time\":\"2026-01-31T12:00:00Z\"}");
    assertThat(why(At.class, "{\"time\":\"yesterday\"}")).contains("2026-01-31T12:00:00Z, and is");
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

  record Chain(Optional<Chain> next) {}

  record Even(List<Odd> odds) {}

  record Odd(Map<String, Even> evens) {}

  @ParameterizedTest
  @ValueSource(classes = {Chain.class, Even.class})
  void aRecordThatContainsItselfIsRefused(Class<? extends Record> type) {
    assertThatThrownBy(() -> Schema.ofRecord(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contains itself");
  }

  record OfDuration(Duration limit) {}

  record OfSet(Set<String> names) {}

  record OfRawList(@SuppressWarnings("rawtypes") List list) {}

  record OfIntKeys(Map<Integer, String> names) {}

  record OfArray(int[] numbers) {}

  record OfFloat(float number) {}

  record OfNestedOptional(List<Optional<String>> names) {}

  record OfVariable<T>(T value) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        OfDuration.class,
        OfSet.class,
        OfRawList.class,
        OfIntKeys.class,
        OfArray.class,
        OfFloat.class,
        OfNestedOptional.class,
        OfVariable.class
      })
  void aTypeThatJsonCannotCarryIsRefusedWhenTheToolIsMade(Class<? extends Record> type) {
    assertThatThrownBy(
            () -> Tool.named("t").handles(type, Point.class, (in, call) -> new Point(0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(type.getName() + ".")
        .hasMessageContaining("has no JSON form here. Allowed are");
  }

  record RangeOfTime(@Range(min = 1) Instant time) {}

  record RangeOfFlag(@Range(min = 1) boolean flag) {}

  record RangeOfColor(@Range(min = 1) Color color) {}

  record RangeOfRecord(@Range(min = 1) Point point) {}

  record RangeOfAnything(@Range(min = 1) Object anything) {}

  record PatternOfNumber(@Pattern("a") int number) {}

  record PatternOfTime(@Pattern("a") Instant time) {}

  record DefaultOfWrongType(@Default("three") int number) {}

  record DefaultOutOfRange(@Range(max = 2) @Default("3") int number) {}

  record DefaultOffPattern(@Pattern("[a-z]+") @Default("A") String name) {}

  record SameNameTwice(int a, @Name("a") int b) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        RangeOfTime.class,
        RangeOfFlag.class,
        RangeOfColor.class,
        RangeOfRecord.class,
        RangeOfAnything.class,
        PatternOfNumber.class,
        PatternOfTime.class,
        DefaultOfWrongType.class,
        DefaultOutOfRange.class,
        DefaultOffPattern.class,
        SameNameTwice.class
      })
  void anAnnotationThatCannotHoldIsRefusedWhenTheToolIsMade(Class<? extends Record> type) {
    assertThatThrownBy(() -> Schema.ofRecord(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(type.getName());
  }

  @Test
  void aNullComponentOfAResultIsTheToolsFault() {
    record Named(String name) {}

    assertThatThrownBy(() -> RecordType.of(Named.class).toJson(new Named(null)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Named.name is null. Use Optional.");
  }
}
