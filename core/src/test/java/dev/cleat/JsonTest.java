// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

class JsonTest {
  @Provide
  Arbitrary<Object> values() {
    return JsonValues.any();
  }

  @Provide
  Arbitrary<byte[]> almostJson() {
    Arbitrary<byte[]> fragments =
        Arbitraries.of(
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\"",
                "\\",
                "\\u",
                "d83d",
                "\"a\"",
                "1",
                "-",
                ".",
                "e",
                "E9",
                "999999999999",
                "true",
                "nul",
                " ",
                "\n",
                "\u0000",
                "é",
                "😀",
                "/*",
                "//")
            .list()
            .ofMaxSize(30)
            .map(parts -> String.join("", parts).getBytes(UTF_8));
    return Arbitraries.oneOf(
        fragments, Arbitraries.bytes().array(byte[].class).ofMaxSize(60), damaged());
  }

  private static Arbitrary<byte[]> damaged() {
    return Combinators.combine(JsonValues.any(), Arbitraries.bytes(), Arbitraries.integers())
        .as(
            (value, b, at) -> {
              byte[] bytes = Json.bytes(value);
              bytes[Math.floorMod(at, bytes.length)] = b;
              return bytes;
            });
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsWrittenIsReadBackAsTheSameValue(@ForAll("values") Object value) throws Exception {
    assertThat(Json.parse(Json.print(value))).isEqualTo(value);
    assertThat(Json.parse(Json.bytes(value))).isEqualTo(value);
    assertThat(Json.parse(Json.printPretty(value))).isEqualTo(value);
    assertThat(Json.parseLenient(Json.print(value))).isEqualTo(value);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsWrittenHasNoLineEndInside(@ForAll("values") Object value) {
    assertThat(Json.print(value)).doesNotContain("\n", "\r");
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void junkIsASyntaxExceptionAndNothingElse(@ForAll("almostJson") byte[] junk) {
    assertThat(catchThrowable(() -> Json.parse(junk)))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(Json.SyntaxException.class));
    assertThat(catchThrowable(() -> Json.parseLenient(new String(junk, UTF_8))))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(Json.SyntaxException.class));
  }

  @Test
  void objectsKeepTheOrderOfTheText() throws Exception {
    assertThat(((Map<?, ?>) Json.parse("{\"z\":1,\"a\":2,\"m\":3}")).keySet().toString())
        .isEqualTo("[z, a, m]");
  }

  @Test
  void numbersKeepTheirValue() throws Exception {
    assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(Json.parse("9223372036854775808")).isEqualTo(BigInteger.ONE.shiftLeft(63));
    assertThat(Json.parse("-0.5")).isEqualTo(-0.5);
    assertThat(Json.parse("1e400")).isEqualTo(new BigDecimal("1e400"));
    assertThat(Json.print(Arrays.asList(1, (short) 2, (byte) 3, 4L, 0.5f, null)))
        .isEqualTo("[1,2,3,4,0.5,null]");
    assertThat(Json.print(new BigDecimal("1e400"))).isEqualTo("1E+400");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e99999999999", "01", "+1", "NaN"})
  void aNumberThatNothingCanHoldIsASyntaxException(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.SyntaxException.class);
  }

  @Test
  void aNumberOfAThousandDigitsIsReadAndALongerOneIsNot() throws Exception {
    assertThat(Json.parse("1".repeat(1_000))).isInstanceOf(BigInteger.class);
    assertThatThrownBy(() -> Json.parse("1".repeat(1_001)))
        .isInstanceOf(Json.SyntaxException.class);
    assertThatThrownBy(() -> Json.parse("0." + "1".repeat(1_001)))
        .isInstanceOf(Json.SyntaxException.class);
  }

  @Test
  void twoHundredLevelsAreReadAndOneMoreIsNot() throws Exception {
    assertThat(Json.parse("[".repeat(200) + "]".repeat(200))).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.parse("[".repeat(201) + "]".repeat(201)))
        .isInstanceOf(Json.SyntaxException.class);
    assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(100_000)))
        .isInstanceOf(Json.SyntaxException.class);
  }

  @Test
  void namesThatCollideInAHashTableAreReadOrRefused() {
    StringBuilder object = new StringBuilder("{\"x\":0");
    for (int i = 0; i < 1 << 9; i++) {
      object.append(",\"");
      for (int bit = 0; bit < 9; bit++) {
        object.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      object.append("\":0");
    }
    String text = object.append('}').toString();

    assertThat(catchThrowable(() -> Json.parse(text)))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(Json.SyntaxException.class));
    assertThat(catchThrowable(() -> Json.parse(text.getBytes(UTF_8))))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(Json.SyntaxException.class));
  }

  @Test
  void halfOfASurrogatePairIsWrittenAsAnEscapeAndNotAFault() throws Exception {
    Object cut = Json.parse("[\"a\\ud83d\"]");

    assertThat(new String(Json.bytes(cut), UTF_8)).isEqualTo("[\"a\\uD83D\"]");
    assertThat(Json.parse(Json.bytes(cut))).isEqualTo(cut);
    assertThat(new String(Json.bytes("😀\ud83d😀"), UTF_8))
        .isEqualTo("\"\\uD83D\\uDE00\\uD83D\\uD83D\\uDE00\"");
  }

  @Test
  void moreAfterTheValueIsAnError() {
    assertThatThrownBy(() -> Json.parse("{} {}"))
        .isInstanceOf(Json.SyntaxException.class)
        .hasMessage("There is more after the end of the JSON value");
    assertThatThrownBy(() -> Json.parse(" "))
        .isInstanceOf(Json.SyntaxException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void anErrorNamesItsPlaceAndNotTheTextAroundIt() {
    assertThatThrownBy(() -> Json.parse("{\n  \"token\": \"s3cret\",\n  oops\n}"))
        .isInstanceOfSatisfying(Json.SyntaxException.class, e -> assertThat(e.line()).isEqualTo(3))
        .hasMessageContaining("line 3")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void lenientReadingTakesCommentsAndTrailingCommasButNoDuplicateKeys() throws Exception {
    assertThat(Json.parseLenient("{ // why\n \"a\": [1, 2,], /* so */ }"))
        .isEqualTo(Map.of("a", List.of(1L, 2L)));
    assertThatThrownBy(() -> Json.parseLenient("{\"a\": 1, \"a\": 2}"))
        .isInstanceOf(Json.SyntaxException.class)
        .hasMessageContaining("a");
    assertThatThrownBy(() -> Json.parse("[1,]")).isInstanceOf(Json.SyntaxException.class);
  }

  @Test
  void whatIsNoJsonValueIsRefusedWhenWriting() {
    assertThatThrownBy(() -> Json.print(List.of(new StringBuilder("x"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("StringBuilder");
    assertThatThrownBy(() -> Json.print(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.bytes(Map.of(1, 2))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.object(Map.of(1, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void partsOfAnArrayAreReadInPlace() throws Exception {
    byte[] bytes = "xx{\"a\":1}yy".getBytes(UTF_8);

    assertThat(Json.parse(bytes, 2, 7)).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void nullsAreKept() throws Exception {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("a", null);
    List<Object> list = new ArrayList<>();
    list.add(null);

    assertThat(Json.parse("{\"a\":null}")).isEqualTo(expected);
    assertThat(Json.parse("[null]")).isEqualTo(list);
    assertThat(Json.parse("null")).isNull();
  }
}
