// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static dev.cleat.RecordExamples.json;
import static dev.cleat.RecordExamples.read;
import static dev.cleat.RecordExamples.why;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.RecordExamples.Color;
import dev.cleat.RecordExamples.Everything;
import dev.cleat.RecordExamples.Point;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Records written as JSON, and read back from it. */
class RecordValuesTest {
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
                    e.name(),
                    e.flag(),
                    e.count(),
                    e.size(),
                    e.ratio(),
                    e.color(),
                    e.since(),
                    e.point(),
                    e.anything(),
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
  void aTimeIsWrittenAndReadInOneForm() {
    record At(Instant time) {}
    At at = new At(Instant.parse("2026-01-31T12:00:00Z"));

    assertThat(Json.print(RecordType.of(At.class).toJson(at)))
        .isEqualTo("{\"time\":\"2026-01-31T12:00:00Z\"}");
    assertThat(why(At.class, "{\"time\":\"yesterday\"}")).contains("2026-01-31T12:00:00Z, and is");
  }

  @Test
  void aNullComponentOfAResultIsTheToolsFault() {
    record Named(String name) {}

    assertThatThrownBy(() -> RecordType.of(Named.class).toJson(new Named(null)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Named.name is null. Use Optional.");
  }
}
