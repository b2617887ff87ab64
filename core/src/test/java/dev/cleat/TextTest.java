// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextTest {
  private static final List<String> KNOWN = List.of("drainTimeout", "callTimeout", "cwd", "env");

  @Test
  void theNearestNameIsFoundThroughTheUsualSlips() {
    assertThat(Text.nearest("drainTimout", KNOWN)).contains("drainTimeout");
    assertThat(Text.nearest("drain_timeout", KNOWN)).contains("drainTimeout");
    assertThat(Text.nearest("CALL-TIMEOUT", KNOWN)).contains("callTimeout");
    assertThat(Text.nearest("evn", KNOWN)).isEmpty();
    assertThat(Text.nearest("en", KNOWN)).contains("env");
  }

  @Test
  void whatIsFarFromEverythingHasNoNearestName() {
    assertThat(Text.nearest("banana", KNOWN)).isEmpty();
    assertThat(Text.nearest("", KNOWN)).isEmpty();
    assertThat(Text.nearest("x", List.of())).isEmpty();
    assertThat(Text.nearest("x".repeat(10_000), KNOWN)).isEmpty();
    assertThat(Text.didYouMean("banana", KNOWN)).isEmpty();
    assertThat(Text.didYouMean("cvd", KNOWN)).isEqualTo(" Did you mean \"cwd\"?");
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aKnownNameIsNearestToItself(
      @ForAll
          List<@NotEmpty @CharRange(from = 'a', to = 'f') @StringLength(max = 9) String> names) {
    for (String name : names) {
      assertThat(Text.nearest(name, names)).contains(name);
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void shownTextIsShortAndHasNoControlCharacters(@ForAll String text) {
    String shown = Text.shown(text);

    assertThat(shown.chars().noneMatch(Character::isISOControl)).isTrue();
    assertThat(shown.length()).isLessThanOrEqualTo(80 * 6 + 1);
    if (text.length() <= 80 && text.chars().noneMatch(Character::isISOControl)) {
      assertThat(shown).isEqualTo(text);
    }
  }

  @Test
  void shownTextIsNotCutThroughACharacter() {
    assertThat(Text.shown("a".repeat(79) + "😀😀")).isEqualTo("a".repeat(79) + "…");
    assertThat(Text.shown("a\nb\u001b")).isEqualTo("a\\u000ab\\u001b");
  }
}
