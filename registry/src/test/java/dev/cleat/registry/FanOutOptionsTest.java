// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The bounds of a call to many. */
@ExtendWith(NoLeaks.class)
class FanOutOptionsTest {
  private static final FanOutOptions OPTIONS = FanOutOptions.defaults();

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> OPTIONS.withConcurrency(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The concurrency of a fan-out is 0. Allowed is 1 or more.");
    assertThatThrownBy(() -> OPTIONS.withPerTarget(Duration.ZERO))
        .hasMessage("The time limit of a fan-out's target is PT0S. Allowed is above zero.");
    assertThatThrownBy(() -> OPTIONS.withWhole(Duration.ofSeconds(-1)))
        .hasMessage("The time limit of a fan-out's whole is PT-1S. Allowed is above zero.");
    assertThat(FanOutOptions.defaults())
        .isEqualTo(new FanOutOptions(16, Duration.ofSeconds(30), Optional.empty()));
  }
}
