// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class BackoffTest {
  @Property
  void aWaitIsBetweenHalfAndAllOfItsStepAndNeverOverTheCap(
      @ForAll @LongRange(min = 1, max = 10_000) long firstMillis,
      @ForAll @LongRange(min = 10_000, max = 1_000_000_000) long capMillis,
      @ForAll @IntRange(min = 1, max = 10_000) int failures,
      @ForAll long seed) {
    Backoff backoff =
        new Backoff(Duration.ofMillis(firstMillis), Duration.ofMillis(capMillis), new Random(seed));

    Duration wait = backoff.delay(failures);

    double step = Math.min(capMillis, firstMillis * Math.pow(2, failures - 1));
    assertThat(wait.toNanos() / 1e6).isBetween(step / 2 * 0.999, step * 1.001);
  }

  @Property(tries = 1)
  void whatHasNotFailedNeedNotWait() {
    Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofDays(100_000), new Random(1));

    assertThat(backoff.delay(0)).isZero();
    assertThat(backoff.delay(10_000)).as("also where the cap is for ever").isPositive();
  }

  @Property(tries = 1)
  void waitsDoubleUpToTheCapAndAreCutByNoMoreThanAHalf() {
    RandomGenerator least = () -> 0;
    RandomGenerator most = () -> -1;
    Backoff whole = new Backoff(Duration.ofMillis(100), Duration.ofMillis(350), least);
    Backoff half = new Backoff(Duration.ofMillis(100), Duration.ofMillis(350), most);

    assertThat(List.of(whole.delay(1), whole.delay(2), whole.delay(3), whole.delay(4)))
        .extracting(Duration::toMillis)
        .containsExactly(100L, 200L, 350L, 350L);
    assertThat(half.delay(1)).isCloseTo(Duration.ofMillis(50), Duration.ofNanos(100));
    assertThat(half.delay(4)).isCloseTo(Duration.ofMillis(175), Duration.ofNanos(100));
  }
}
