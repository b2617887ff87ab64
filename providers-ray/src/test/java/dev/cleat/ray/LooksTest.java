// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LooksTest {
  private final Looks looks = new Looks();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void whatFailsIsKeptAndTheRestIsSeen() throws Exception {
    String first = looks.at("first", "none", () -> fail(FailureKind.UPSTREAM));
    String second = looks.at("second", "none", () -> "seen");

    assertThat(List.of(first, second)).containsExactly("none", "seen");
    assertThat(looks.told()).contains(List.of("first: boom"));
  }

  @Test
  void aDashboardThatDoesNotAnswerIsNotAskedForEver() throws Exception {
    for (int i = 0; i < 5; i++) {
      looks.at("look " + i, "none", () -> fail(FailureKind.UNAVAILABLE));
    }

    assertThat(asked).hasValue(2);
    assertThat(looks.unseen())
        .hasSize(5)
        .last()
        .isEqualTo("look 4: not looked at, as the dashboard does not answer");
  }

  @Test
  void ofATableThatIsCutItIsSaidWhatIsMissing() throws Exception {
    StateTable<String> cut = new StateTable<>(List.of("a"), 3, Optional.of("A node is silent."));
    StateTable<String> whole = new StateTable<>(List.of("a"), 1, Optional.empty());

    assertThat(looks.table("some", () -> cut)).isEqualTo(cut);
    assertThat(looks.table("all", () -> whole)).isEqualTo(whole);

    assertThat(looks.unseen())
        .containsExactly("some: only 1 of 3 were looked at. A node is silent.");
  }

  @Test
  void nothingUnseenIsLeftOutOfAnswers() {
    assertThat(looks.told()).isEmpty();
  }

  private String fail(FailureKind kind) {
    asked.incrementAndGet();
    throw new ToolFailure(kind, "boom", "");
  }
}
