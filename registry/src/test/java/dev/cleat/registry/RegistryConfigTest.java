// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryConfigTest {
  private static final Duration LESS = Duration.ofMillis(-1);

  private static Stream<UnaryOperator<RegistryConfig.Builder>> negatives() {
    return Stream.of(
        of -> of.drainLimit(LESS),
        of -> of.closeLimit(LESS),
        of -> of.forceLimit(LESS),
        of -> of.wakeSpacing(LESS),
        of -> of.stableAfter(LESS),
        of -> of.healthInterval(LESS),
        of -> of.idleLimit(LESS),
        of -> of.maxResends(-1),
        of -> of.maxQueuedCalls(-1),
        of -> of.breakerThreshold(-1));
  }

  // The builder's own type is what its generated methods return.
  private static RegistryConfig.Builder change(UnaryOperator<RegistryConfig.Builder> how) {
    return how.apply(RegistryConfig.builder());
  }

  @ParameterizedTest
  @MethodSource("negatives")
  void whatMustNotBeNegativeIsRefused(UnaryOperator<RegistryConfig.Builder> how) {
    assertThatThrownBy(() -> change(how).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not be negative");
  }

  private static Stream<UnaryOperator<RegistryConfig.Builder>> zeros() {
    return Stream.of(
        of -> of.reconnectDelay(Duration.ZERO),
        of -> of.reconnectDelay(LESS),
        of -> of.breakerPause(Duration.ZERO),
        of -> of.healthLimit(Duration.ZERO),
        of -> of.maxConcurrentCalls(0),
        of -> of.crashLoopAfter(0),
        of -> of.healthMisses(0));
  }

  @ParameterizedTest
  @MethodSource("zeros")
  void whatHasToBeAboveZeroIsRefused(UnaryOperator<RegistryConfig.Builder> how) {
    assertThatThrownBy(() -> change(how).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above zero");
  }

  @ParameterizedTest
  @MethodSource("caps")
  void theCapIsAtLeastTheFirstWait(UnaryOperator<RegistryConfig.Builder> how) {
    assertThatThrownBy(() -> change(how).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least reconnectDelay");
  }

  private static Stream<UnaryOperator<RegistryConfig.Builder>> caps() {
    return Stream.of(of -> of.reconnectCap(Duration.ofMillis(249)));
  }
}
