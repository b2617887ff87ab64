// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Namespace;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  private static final List<Namespace> PRESENT =
      List.of(Namespace.of("time"), Namespace.of("gpu-2"), Namespace.of("gpu-10"));

  private static List<String> chosen(Selector selector) {
    return selector.select(PRESENT).stream().map(Namespace::value).toList();
  }

  @Test
  void allAreChosenInOrder() {
    assertThat(chosen(Selector.all())).containsExactly("gpu-10", "gpu-2", "time");
    assertThat(Selector.all()).hasToString("*");
  }

  @Test
  void thoseThatAreNamedAreChosenWhetherTheyAreThereOrNot() {
    Selector selector = Selector.of("time", "nobody");

    assertThat(chosen(selector)).containsExactly("nobody", "time");
    assertThat(selector).hasToString("time, nobody");
    assertThat(chosen(Selector.of())).isEmpty();
    assertThatThrownBy(() -> Selector.of("no namespace"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPatternChoosesThoseThatAreThere() {
    assertThat(chosen(Selector.matching("gpu-*"))).containsExactly("gpu-10", "gpu-2");
    assertThat(chosen(Selector.matching("gpu-?"))).containsExactly("gpu-2");
    assertThat(chosen(Selector.matching("*"))).hasSize(3);
    assertThat(chosen(Selector.matching("TIME"))).isEmpty();
    assertThat(Selector.matching("gpu-?")).hasToString("gpu-?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu.*", "a b", "a\n", "gpu-[0-9]", "ä"})
  void whatNoNamespaceCanFitIsRefused(String pattern) {
    assertThatThrownBy(() -> Selector.matching(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "That is not a pattern for namespaces. Allowed are 1 to 64 of A-Z a-z 0-9 _ -, * for"
                + " any number of characters, and ? for one.");
    assertThatThrownBy(() -> Selector.matching("*".repeat(65)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 2_000)
  void aPatternFitsWhatTheSameRegularExpressionFits(
      @ForAll("patterns") String pattern, @ForAll("names") String name) {
    Pattern regex = Pattern.compile(pattern.replace("*", ".*").replace("?", "."));

    assertThat(Selector.matching(pattern).select(List.of(Namespace.of(name))))
        .hasSize(regex.matcher(name).matches() ? 1 : 0);
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.strings().withChars("aab**?").ofMinLength(1).ofMaxLength(8);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("aab").ofMinLength(1).ofMaxLength(8);
  }

  @Test
  void aPatternOfManyStarsTakesNoLongerThanAnyOther() {
    Namespace name = Namespace.of("a".repeat(32));

    assertThat(Selector.matching("*a".repeat(31) + "*b").select(List.of(name))).isEmpty();
  }
}
