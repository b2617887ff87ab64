// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A gate whose breaker is open, or about to be. */
class GateBreakerTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final ManualTime time = new ManualTime();

  private Gate gate(int maxConcurrent, int maxQueued) {
    return gate(new GateSettings(maxConcurrent, maxQueued, 2, Duration.ofSeconds(3)));
  }

  private Gate gate(GateSettings settings) {
    return new Gate(Namespace.of("time"), time, settings, state -> {});
  }

  private long deadline() {
    return time.nanos() + LIMIT.toNanos();
  }

  @Test
  void anOpenBreakerSaysUntilWhen() {
    Gate gate = gate(4, 4);
    gate.enter(deadline(), "first").end(Outcome.UNANSWERED);
    gate.enter(deadline(), "second").end(Outcome.UNANSWERED);
    time.advance(Duration.ofSeconds(1));

    assertThatThrownBy(() -> gate.enter(deadline(), "third"))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessage(
            "The call was not sent to \"time\": it has not answered lately, so nothing is sent to"
                + " it for another 2000 ms. Call again then.");

    time.advance(Duration.ofSeconds(2));
    Pass probe = gate.enter(deadline(), "probe");
    assertThat(gate.breaker()).isEqualTo(BreakerState.HALF_OPEN);
    assertThatThrownBy(() -> gate.enter(deadline(), "beside it"))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessage(
            "The call was not sent to \"time\": it has not answered lately, and one call tries"
                + " whether it does again. Call again when that has ended.");

    probe.end(Outcome.ANSWERED);
    gate.enter(deadline(), "after it").end(Outcome.ANSWERED);
    assertThat(gate.breaker()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void thoseWhoWaitAreRefusedWhenTheBreakerOpens() {
    Gate gate = gate(2, 4);
    Pass one = gate.enter(deadline(), "one");
    Pass other = gate.enter(deadline(), "other");
    Told waiting = new Told();
    one.end(Outcome.UNANSWERED);
    Pass third = gate.enter(deadline(), "third");
    gate.enterAsync(deadline(), "waits", waiting);
    gate.enterAsync(deadline(), "waits too", waiting);

    other.end(Outcome.UNANSWERED);

    assertThat(waiting.passes).isEmpty();
    assertThat(waiting.refusals).hasSize(2).allMatch(McpException.NotSent.class::isInstance);
    third.end(Outcome.ANSWERED);
    assertThat(gate.breaker()).isEqualTo(BreakerState.OPEN);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void whoWaitsWhileTheBreakerIsToBeTriedIsTheProbeOrIsRefused() {
    Gate gate = gate(2, 4);
    Pass one = gate.enter(deadline(), "one");
    Pass other = gate.enter(deadline(), "other");
    // Held by calls of before, so that there is no room for a probe.
    one.end(Outcome.UNANSWERED);
    one = gate.enter(deadline(), "one again");
    gate.settings(new GateSettings(1, 4, 1, Duration.ofSeconds(3)));
    other.end(Outcome.UNANSWERED);
    assertThat(gate.breaker()).isEqualTo(BreakerState.OPEN);
    time.advance(Duration.ofSeconds(3));
    Told waiting = new Told();
    gate.enterAsync(deadline(), "probe", waiting);
    gate.enterAsync(deadline(), "beside it", waiting);
    gate.enterAsync(deadline(), "and another", waiting);
    assertThat(gate.queued()).isEqualTo(3);

    one.end(Outcome.ANSWERED);

    assertThat(waiting.passes).hasSize(1);
    assertThat(waiting.refusals).hasSize(2);
    assertThat(gate.breaker()).isEqualTo(BreakerState.HALF_OPEN);
    waiting.passes.get(0).end(Outcome.ANSWERED);
    assertThat(gate.breaker()).isEqualTo(BreakerState.CLOSED);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void thereIsOneProbeHoweverMuchRoomThereIsAtOnce() {
    Gate gate = gate(new GateSettings(1, 4, 1, Duration.ofSeconds(3)));
    Pass old = gate.enter(deadline(), "old");
    gate.settings(new GateSettings(2, 4, 1, Duration.ofSeconds(3)));
    gate.enter(deadline(), "the last").end(Outcome.UNANSWERED);
    gate.settings(new GateSettings(1, 4, 1, Duration.ofSeconds(3)));
    time.advance(Duration.ofSeconds(3));
    Told waiting = new Told();
    for (int i = 0; i < 4; i++) {
      gate.enterAsync(deadline(), "waits", waiting);
    }

    gate.settings(new GateSettings(4, 4, 1, Duration.ofSeconds(3)));

    assertThat(waiting.passes).hasSize(1);
    assertThat(waiting.refusals).hasSize(3).allMatch(McpException.NotSent.class::isInstance);
    assertThat(gate.inFlight()).isEqualTo(2);
    assertThat(gate.rejected()).isEqualTo(3);
    waiting.passes.get(0).end(Outcome.ANSWERED);
    old.end(Outcome.ANSWERED);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void aNewGenerationIsNotBlamedForTheCallsOfTheOneBefore() {
    Gate gate = gate(4, 0);
    Pass one = gate.enter(deadline(), "one");
    Pass other = gate.enter(deadline(), "other");

    gate.reset();
    one.end(Outcome.UNANSWERED);
    other.end(Outcome.UNANSWERED);

    assertThat(gate.breaker()).isEqualTo(BreakerState.CLOSED);
  }
}
