// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Calls that wait at a gate, each with a deadline of its own, and one timer for them all. */
class WaitingLineTest {
  private final ManualTime time = new ManualTime();
  private final Gate gate =
      new Gate(
          Namespace.of("time"),
          time,
          new GateSettings(1, 9, 2, Duration.ofSeconds(3)),
          state -> {});
  private final Pass running = gate.enter(in(1), "running");

  private long in(int seconds) {
    return time.nanos() + Duration.ofSeconds(seconds).toNanos();
  }

  private Told waiting(int seconds) {
    Told told = new Told();
    var unused = gate.enterAsync(in(seconds), "waiting", told);
    return told;
  }

  @Test
  void eachIsRefusedAtItsOwnDeadlineWhoeverCameFirst() {
    // The first of them is due when the clock has passed the largest number.
    Told late = waiting(8);
    Told soon = waiting(2);
    Told between = waiting(6);
    assertThat(time.scheduled()).as("one timer for all").isEqualTo(1);

    time.advance(Duration.ofSeconds(2));
    assertThat(soon.refusals).singleElement().isInstanceOf(McpException.TimedOut.class);
    assertThat(between.refusals).isEmpty();
    assertThat(late.refusals).isEmpty();
    assertThat(gate.queued()).isEqualTo(2);
    assertThat(time.scheduled()).isEqualTo(1);

    time.advance(Duration.ofSeconds(4));
    assertThat(between.refusals).singleElement().isInstanceOf(McpException.TimedOut.class);
    assertThat(late.refusals).isEmpty();

    time.advance(Duration.ofSeconds(2));
    assertThat(late.refusals).singleElement().isInstanceOf(McpException.TimedOut.class);
    assertThat(gate.queued()).isZero();
    assertThat(time.scheduled()).isZero();
    running.end(Outcome.ANSWERED);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void whoeverComesLaterWithAnEarlierDeadlineIsRefusedThen() {
    Told late = waiting(8);
    Told soon = waiting(1);

    time.advance(Duration.ofSeconds(1));

    assertThat(soon.refusals).hasSize(1);
    assertThat(late.refusals).isEmpty();
  }

  @Test
  void whoeverComesTooLateToWaitIsRefusedAtOnceAndBlocksNobody() {
    Told late = waiting(0);
    Told later = waiting(-1);

    assertThat(late.refusals)
        .singleElement()
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, why -> assertThat(why.mayHaveExecuted()).isFalse());
    assertThat(later.refusals).singleElement().isInstanceOf(McpException.TimedOut.class);
    assertThat(gate.queued()).isZero();
    assertThat(time.scheduled()).isZero();
    running.end(Outcome.ANSWERED);
    assertThat(waiting(1).passes).hasSize(1);
  }

  @Test
  void whoCancelsTakesNobodyElseOutOfTheLine() {
    Told first = new Told();
    Told second = new Told();
    Runnable cancel = gate.enterAsync(in(5), "first", first);
    var unused = gate.enterAsync(in(5), "second", second);

    cancel.run();
    cancel.run();

    assertThat(first.refusals).singleElement().isInstanceOf(McpException.Cancelled.class);
    assertThat(second.refusals).isEmpty();
    assertThat(gate.queued()).isEqualTo(1);
    running.end(Outcome.ANSWERED);
    assertThat(second.passes).hasSize(1);
    assertThat(gate.queued()).isZero();
    assertThat(first.passes).isEmpty();
  }

  @Test
  void nobodyIsLeftInsideWhoKeepsOthersOut() throws Exception {
    try (Aside aside = new Aside()) {
      Told first = new Told();
      Aside.get(
          aside.run(
              () -> {
                Runnable cancel = gate.enterAsync(in(5), "first", first);
                cancel.run();
                running.end(Outcome.ANSWERED);
                gate.reset();
                gate.settings(new GateSettings(2, 9, 1, Duration.ofSeconds(3)));
              }));

      Aside.get(
          aside.run(
              () -> {
                Pass one = gate.enter(in(1), "one");
                Pass two = gate.enter(in(1), "two");
                assertThat(gate.inFlight()).isEqualTo(2);
                two.end(Outcome.ANSWERED);
                one.end(Outcome.UNANSWERED);
                gate.settings(new GateSettings(1, 9, 0, Duration.ofSeconds(3)));
              }));
    }
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.breaker()).as("switched off").isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void otherLimitsHoldForTheBreakerToo() {
    gate.settings(new GateSettings(1, 9, 1, Duration.ofSeconds(3)));

    running.end(Outcome.UNANSWERED);

    assertThat(gate.breaker()).isEqualTo(BreakerState.OPEN);
    Told refused = waiting(1);
    assertThat(refused.refusals).singleElement().isInstanceOf(McpException.NotSent.class);
    time.advance(Duration.ofSeconds(3));
    assertThat(waiting(1).passes).as("the probe").hasSize(1);
  }
}
