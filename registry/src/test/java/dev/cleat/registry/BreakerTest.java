// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.registry.Breaker.Outcome;
import dev.cleat.registry.Breaker.Period;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ManualTime time = new ManualTime();
  private final List<BreakerState> changes = new ArrayList<>();
  private final Breaker breaker = new Breaker(time, settings(3), changes::add);

  private static GateSettings settings(int threshold) {
    return new GateSettings(1, 0, threshold, PAUSE);
  }

  private static Period admitted(Breaker breaker) {
    Period period = breaker.admit();
    assertThat(period).isNotNull();
    return period;
  }

  private void call(Outcome... outcomes) {
    for (Outcome outcome : outcomes) {
      breaker.ended(admitted(breaker), outcome);
    }
  }

  private void open() {
    call(Outcome.UNANSWERED, Outcome.UNANSWERED, Outcome.UNANSWERED);
  }

  @Test
  void itOpensAfterThatManyInARow() {
    call(Outcome.UNANSWERED, Outcome.UNANSWERED);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    call(Outcome.UNANSWERED);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.admit()).isNull();
    assertThat(breaker.refuses()).isTrue();
    assertThat(changes).containsExactly(BreakerState.OPEN);
  }

  @Test
  void anAnswerInBetweenBeginsTheCountAgain() {
    call(Outcome.UNANSWERED, Outcome.UNANSWERED, Outcome.ANSWERED);
    call(Outcome.UNANSWERED, Outcome.UNANSWERED);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void whatSaysNothingNeitherCountsNorBeginsTheCountAgain() {
    call(Outcome.UNANSWERED, Outcome.UNANSWERED, Outcome.NEITHER, Outcome.NEITHER);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    call(Outcome.UNANSWERED);

    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
  }

  @Test
  void thePauseIsDoubledThreeTimesAndStartsAgainAfterAnAnswer() {
    open();
    for (int times : new int[] {1, 2, 4, 8, 8, 8}) {
      time.advance(PAUSE.multipliedBy(times).minusNanos(1));
      assertThat(breaker.admit()).as("just before %s pauses", times).isNull();
      time.advance(Duration.ofNanos(1));
      call(Outcome.UNANSWERED);
    }
    time.advance(PAUSE.multipliedBy(8));
    call(Outcome.ANSWERED);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    open();
    time.advance(PAUSE);

    assertThat(breaker.admit()).isNotNull();
  }

  @Test
  void aProbeThatSaysNothingLetsAnotherGoAtOnceWithTheSamePauseAfterwards() {
    open();
    time.advance(PAUSE);

    call(Outcome.NEITHER);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(breaker.refuses()).isFalse();
    call(Outcome.UNANSWERED);

    time.advance(PAUSE.multipliedBy(2).minusNanos(1));
    assertThat(breaker.refuses()).isTrue();
    time.advance(Duration.ofNanos(1));
    assertThat(breaker.refuses()).isFalse();
  }

  @Test
  void whatBeganInAnotherPeriodDoesNotCount() {
    Period before = admitted(breaker);
    open();
    breaker.ended(before, Outcome.ANSWERED);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    time.advance(PAUSE);
    Period probe = admitted(breaker);
    breaker.ended(before, Outcome.UNANSWERED);
    breaker.ended(before, Outcome.UNANSWERED);
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);

    breaker.reset();
    breaker.ended(probe, Outcome.UNANSWERED);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(changes)
        .containsExactly(BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED);
  }

  @Test
  void resettingAClosedOneIsNoChange() {
    call(Outcome.UNANSWERED, Outcome.UNANSWERED);

    breaker.reset();
    call(Outcome.UNANSWERED);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(changes).isEmpty();
  }

  @Test
  void zeroSwitchesItOffAlsoWhenItIsOpen() {
    breaker.settings(settings(0));
    for (int i = 0; i < 100; i++) {
      call(Outcome.UNANSWERED);
    }
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);

    breaker.settings(settings(1));
    call(Outcome.UNANSWERED);
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    breaker.settings(settings(0));

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void oneOfManyThreadsIsTheProbe() throws Exception {
    int threads = 8;
    open();
    try (Aside aside = new Aside()) {
      for (int round = 0; round < 500; round++) {
        time.advance(PAUSE.multipliedBy(8));
        CyclicBarrier together = new CyclicBarrier(threads);
        List<Future<Boolean>> tries = new ArrayList<>();
        List<Period> probes = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          tries.add(
              aside.call(
                  () -> {
                    together.await();
                    Period probe = breaker.admit();
                    if (probe != null) {
                      synchronized (probes) {
                        probes.add(probe);
                      }
                    }
                    return probe != null;
                  }));
        }
        for (Future<Boolean> each : tries) {
          Aside.get(each);
        }
        assertThat(probes).as("round %s", round).hasSize(1);
        breaker.ended(probes.get(0), round % 2 == 0 ? Outcome.UNANSWERED : Outcome.NEITHER);
      }
    }
  }

  @Test
  void aListenerThatFailsOrAsksForMoreHearsEveryChangeInOrder() {
    List<BreakerState> heard = new ArrayList<>();
    Breaker[] itself = new Breaker[1];
    Breaker loud =
        new Breaker(
            time,
            settings(1),
            state -> {
              if (state == BreakerState.OPEN && heard.isEmpty()) {
                itself[0].reset();
              }
              heard.add(state);
              throw new IllegalStateException("meant to fail");
            });
    itself[0] = loud;

    loud.ended(admitted(loud), Outcome.UNANSWERED);
    loud.ended(admitted(loud), Outcome.UNANSWERED);

    assertThat(heard).containsExactly(BreakerState.OPEN, BreakerState.CLOSED, BreakerState.OPEN);
  }
}
