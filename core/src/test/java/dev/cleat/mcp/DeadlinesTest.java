// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final Deque<Runnable> set = new ArrayDeque<>();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicLong left = new AtomicLong(Deadlines.NEVER);

  private final Deadlines deadlines =
      new Deadlines(
          (nanos, task) -> {
            set.add(task);
            return cancelled::incrementAndGet;
          },
          () -> {
            looks.incrementAndGet();
            return left.get();
          });

  @Test
  void deadlinesThatComeLaterSetNothingAnew() {
    long now = System.nanoTime();

    for (int i = 0; i < 1_000; i++) {
      deadlines.add(now + HOUR + i);
    }

    assertThat(set).hasSize(1);
    assertThat(cancelled).hasValue(0);
  }

  @Test
  void anEarlierOneTakesThePlaceOfALaterOne() {
    long now = System.nanoTime();

    deadlines.add(now + 2 * HOUR);
    deadlines.add(now + HOUR);

    assertThat(set).hasSize(2);
    assertThat(cancelled).hasValue(1);
  }

  @Test
  void aLookThatFindsNothingLeftSetsNothingAndOneThatDoesSetsTheNext() {
    deadlines.add(System.nanoTime() + HOUR);

    set.remove().run();
    assertThat(looks).hasValue(1);
    assertThat(set).isEmpty();

    left.set(HOUR);
    deadlines.add(System.nanoTime() + HOUR);
    set.remove().run();
    assertThat(looks).hasValue(2);
    assertThat(set).hasSize(1);
  }

  @Test
  void afterTheEndNothingIsSet() {
    deadlines.add(System.nanoTime() + HOUR);

    deadlines.stop();
    deadlines.add(System.nanoTime());

    assertThat(set).hasSize(1);
    assertThat(cancelled).hasValue(1);
  }
}
