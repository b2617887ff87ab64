// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
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
  void aThreadWaitsUntilThereIsRoom() throws Exception {
    Gate gate = gate(1, 1);
    Pass first = gate.enter(deadline(), "first");
    try (Aside aside = new Aside()) {
      Future<Pass> second = aside.call(() -> gate.enter(deadline(), "second"));
      Aside.until("it waits", () -> gate.queued() == 1);

      first.end(Outcome.ANSWERED);

      Aside.get(second).end(Outcome.ANSWERED);
    }
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void aThreadThatWaitsTooLongIsToldWhatItWaitedForAndThatNothingWasSent() throws Exception {
    Gate gate = gate(1, 1);
    Pass first = gate.enter(deadline(), "first");
    try (Aside aside = new Aside()) {
      Future<Pass> second = aside.call(() -> gate.enter(deadline(), "now"));
      Aside.until("it waits", () -> gate.queued() == 1);

      time.advance(LIMIT);

      assertThatThrownBy(() -> Aside.get(second))
          .isInstanceOf(McpException.TimedOut.class)
          .hasMessage(
              "No answer to now (\"time\" may run 1 calls at once, and it waited for its turn)"
                  + " within 2000 ms. The request was never sent.");
    }
    first.end(Outcome.ANSWERED);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void anInterruptedThreadStopsWaitingAndStaysInterrupted() throws Exception {
    Gate gate = gate(1, 1);
    Pass first = gate.enter(deadline(), "first");
    AtomicInteger interrupted = new AtomicInteger();
    try (Aside aside = new Aside()) {
      Future<Pass> second =
          aside.call(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  return gate.enter(deadline(), "second");
                } finally {
                  interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
                }
              });

      assertThatThrownBy(() -> Aside.get(second))
          .isInstanceOf(McpException.Cancelled.class)
          .hasMessage("The caller cancelled second");
    }
    assertThat(interrupted).hasValue(1);
    assertThat(gate.queued()).isZero();
    first.end(Outcome.ANSWERED);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void whoIsInterruptedTooLateHasThePassAndStaysInterrupted() {
    Gate gate = gate(1, 1);
    Pass pass = gate.enter(deadline(), "first");
    ParkedCaller caller = new ParkedCaller();

    Thread.currentThread().interrupt();
    Pass got = caller.await(() -> caller.admitted(pass));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(got).isSameAs(pass);
  }

  @Test
  void aFullQueueSaysWhatItsLimitsAreAndWhatToDo() {
    Gate gate = gate(1, 0);
    gate.enter(deadline(), "first");

    assertThatThrownBy(() -> gate.enter(deadline(), "second"))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessage(
            "The call was not sent to \"time\": 1 calls run already, which is its limit, and 0"
                + " wait, which is the limit of the queue. Call again later, or raise one of the"
                + " limits.");
    assertThat(gate.rejected()).isEqualTo(1);
  }

  @Test
  void removingItRefusesAllThatWaitAndAllThatComeButNotThoseThatRun() throws Exception {
    Gate gate = gate(1, 2);
    Pass running = gate.enter(deadline(), "running");
    Told waiting = new Told();
    gate.enterAsync(deadline(), "waits", waiting);
    try (Aside aside = new Aside()) {
      Future<Pass> blocked = aside.call(() -> gate.enter(deadline(), "waits too"));
      Aside.until("it waits", () -> gate.queued() == 2);

      gate.remove();

      assertThatThrownBy(() -> Aside.get(blocked))
          .isInstanceOf(McpException.NotFound.class)
          .hasMessage(
              "\"time\" was removed before the call was sent (NamespaceRemoved). Register it again,"
                  + " or call another one.");
    }
    assertThat(waiting.refusals).hasSize(1).allMatch(McpException.NotFound.class::isInstance);
    assertThatThrownBy(() -> gate.enter(deadline(), "later"))
        .isInstanceOf(McpException.NotFound.class);
    assertThat(gate.inFlight()).isEqualTo(1);
    running.end(Outcome.ANSWERED);
    assertThat(gate.inFlight()).isZero();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void theFirstReasonForItsRemovalCounts() {
    Gate gate = gate(1, 0);

    gate.remove(() -> new McpException.Closed("The registry is closed."));
    gate.remove();

    assertThatThrownBy(() -> gate.enter(deadline(), "later"))
        .isInstanceOf(McpException.Closed.class)
        .hasMessage("The registry is closed.");
  }

  @Test
  void tenThousandThatEndAtOnceDoNotPileUpOnTheStack() {
    Gate gate = gate(1, 10_000);
    AtomicInteger admitted = new AtomicInteger();
    Pass first = gate.enter(deadline(), "first");
    for (int i = 0; i < 10_000; i++) {
      gate.enterAsync(
          deadline(),
          "waits",
          new Told() {
            @Override
            public void admitted(Pass pass) {
              admitted.incrementAndGet();
              pass.end(Outcome.ANSWERED);
            }
          });
    }

    first.end(Outcome.ANSWERED);

    assertThat(admitted).hasValue(10_000);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void aThreadIsWokenWhileTheOneThatMadeRoomIsBusyTellingAnother() throws Exception {
    Gate gate = gate(1, 2);
    Pass first = gate.enter(deadline(), "first");
    CountDownLatch blockedHasEntered = new CountDownLatch(1);
    gate.enterAsync(
        deadline(),
        "ends within",
        new Told() {
          @Override
          public void admitted(Pass pass) {
            pass.end(Outcome.ANSWERED);
            Aside.hold(blockedHasEntered);
          }
        });
    try (Aside aside = new Aside()) {
      Future<Void> blocked =
          aside.run(
              () -> {
                gate.enter(deadline(), "blocked").end(Outcome.ANSWERED);
                blockedHasEntered.countDown();
              });
      Aside.until("it waits", () -> gate.queued() == 2);

      first.end(Outcome.ANSWERED);

      Aside.get(blocked);
    }
  }

  @Test
  void aWaiterThatFailsLosesItsPassAndNobodyElse() {
    Gate gate = gate(1, 2);
    Pass first = gate.enter(deadline(), "first");
    gate.enterAsync(
        deadline(),
        "fails",
        new Told() {
          @Override
          public void admitted(Pass pass) {
            throw new IllegalStateException("meant to fail");
          }
        });
    Told next = new Told();
    gate.enterAsync(deadline(), "next", next);

    first.end(Outcome.ANSWERED);

    assertThat(next.passes).hasSize(1);
    next.passes.get(0).end(Outcome.ANSWERED);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void whatAWaiterThrowsThatIsToldAtOnceIsThrownToWhoAsked() {
    Gate gate = gate(1, 0);

    assertThatThrownBy(
            () ->
                gate.enterAsync(
                    deadline(),
                    "fails",
                    new Told() {
                      @Override
                      public void admitted(Pass pass) {
                        throw new IllegalStateException("meant to fail");
                      }
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void cancellingIsNothingOnceItIsDecided() {
    Gate gate = gate(1, 0);
    Told told = new Told();

    Runnable cancelAdmitted = gate.enterAsync(deadline(), "admitted", told);
    Runnable cancelRefused = gate.enterAsync(deadline(), "refused", told);
    cancelAdmitted.run();
    cancelRefused.run();

    assertThat(told.passes).hasSize(1);
    assertThat(told.refusals).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0 | 0 | PT1S  | The limit of concurrent calls is 0. Allowed is 1 or more.",
        "1 | -1 | 0 | PT1S | The limit of queued calls is -1. Allowed is 0 or more.",
        "1 | 0 | -1 | PT1S | The limit of calls without an answer is -1. Allowed is 0 or more.",
        "1 | 0 | 0 | PT0S  | The pause of a breaker is PT0S. Allowed is above zero, up to a day.",
        "1 | 0 | 0 | PT-1S | The pause of a breaker is PT-1S. Allowed is above zero, up to a day.",
        "1 | 0 | 0 | PT25H | The pause of a breaker is PT25H. Allowed is above zero, up to a day."
      })
  void settingsThatMakeNoSenseAreRefused(
      int concurrent, int queued, int threshold, Duration pause, String message) {
    assertThatThrownBy(() -> new GateSettings(concurrent, queued, threshold, pause))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aPauseOfTheBreakerIsAtMostADay() {
    assertThat(new GateSettings(1, 0, 0, Duration.ofDays(1)).breakerPause())
        .isEqualTo(Duration.ofDays(1));
    assertThatThrownBy(() -> new GateSettings(1, 0, 0, Duration.ofDays(1).plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
