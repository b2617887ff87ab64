// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cleat.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentValuesTest {
  private static final Schema SCHEMA = Schema.ofRecord(WorkshopProvider.Everything.class);

  @Test
  void eachValueIsReadAsTheSchemaWantsIt() {
    assertThat(of("count=3", "share=0.5", "loud=true", "numbers=[1, 2]", "id=007"))
        .isEqualTo(
            Map.of(
                "count", 3L, "share", 0.5, "loud", true, "numbers", List.of(1L, 2L), "id", "007"));
  }

  @Test
  void aValueOfAnyTypeIsJsonWhereItCanBe() {
    assertThat(of("any=3")).containsEntry("any", 3L);
    assertThat(of("any=some words")).containsEntry("any", "some words");
    assertThat(of("any=\"3\"")).containsEntry("any", "3");
  }

  @Test
  void aTextKeepsWhatStandsInItWhateverItLooksLike() {
    assertThat(of("id=true")).containsEntry("id", "true");
    assertThat(of("id=a=b")).containsEntry("id", "a=b");
    assertThat(of("id=")).containsEntry("id", "");
    assertThat(of("id=\"quoted\"")).containsEntry("id", "\"quoted\"");
  }

  @Test
  void wordsAddToTheObject() {
    assertThat(ArgumentValues.of(SCHEMA, Optional.of("{\"id\": \"a\"}"), List.of("count=1")))
        .isEqualTo(Map.of("id", "a", "count", 1L));
  }

  @Test
  void oneOfSeveralTypesIsEnough() {
    Schema schema =
        Schema.of(Map.of("properties", Map.of("n", Map.of("type", List.of("integer", "string")))));

    assertThat(ArgumentValues.of(schema, Optional.empty(), List.of("n=1"))).containsEntry("n", 1L);
    assertThat(ArgumentValues.of(schema, Optional.empty(), List.of("n=x"))).containsEntry("n", "x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          count=three  | count has to be an integer, and is "three". Write count=3.
          count=1.5    | count has to be an integer, and is "1.5". Write count=3.
          share=half   | share has to be a number, and is "half". Write share=3.
          loud=yes     | loud has to be true or false, and is "yes". Write loud=true.
          numbers=1,2  | numbers has to be an array in JSON, and is "1,2". Write numbers='[1, 2]' or '["a", "b"]'.
          count        | "count" is no argument. Write name=value, or give all arguments as --json '{…}'.
          =3           | "=3" is no argument. Write name=value, or give all arguments as --json '{…}'.
          """)
  void whatDoesNotFitIsToldWithAnExample(String word, String message) {
    assertThatIllegalArgumentException().isThrownBy(() -> of(word)).withMessage(message);
  }

  @Test
  void anArgumentThatIsGivenTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of("id=a", "id=b"))
        .withMessage("The argument id is given twice.");
  }

  @Test
  void theObjectHasToBeOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArgumentValues.of(SCHEMA, Optional.of("[1]"), List.of()))
        .withMessage("--json has to be an object, such as '{\"limit\": 5}'.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArgumentValues.of(SCHEMA, Optional.of("{a: 1}"), List.of()))
        .withMessageStartingWith("--json is not JSON: ");
  }

  private static Map<String, Object> of(String... words) {
    return ArgumentValues.of(SCHEMA, Optional.empty(), List.of(words));
  }
}
