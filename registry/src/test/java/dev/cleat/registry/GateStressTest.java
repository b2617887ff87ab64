// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gate with many threads at it, whose time passes as fast as it can. */
@ExtendWith(NoLeaks.class)
class GateStressTest {
  private static final long SEED = 20_261_121L;
  private static final int CALLERS = 6;
  private static final int CALLS = 6_000;
  private static final int PLACES = 3;

  private final ManualTime time = new ManualTime();
  private final Gate gate =
      new Gate(
          Namespace.of("a"),
          time,
          new GateSettings(PLACES, 4, 3, Duration.ofMillis(2)),
          state -> {});
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();

  /** Has a call that is let through end now or later, by whoever comes then. */
  private final ConcurrentLinkedQueue<Runnable> unfinished = new ConcurrentLinkedQueue<>();

  private void run(Pass pass, Outcome outcome, boolean later) {
    most.accumulateAndGet(running.incrementAndGet(), Math::max);
    Runnable end =
        () -> {
          running.decrementAndGet();
          pass.end(outcome);
          pass.end(Outcome.UNANSWERED);
        };
    if (later) {
      unfinished.add(end);
    } else {
      end.run();
    }
  }

  private void finishSome() {
    for (Runnable end = unfinished.poll(); end != null; end = unfinished.poll()) {
      end.run();
    }
  }

  private void call(Random random) {
    Outcome outcome = Outcome.values()[random.nextInt(3)];
    boolean later = random.nextBoolean();
    long deadline = time.nanos() + random.nextInt(3_000_000);
    if (random.nextBoolean()) {
      Runnable cancel =
          gate.enterAsync(
              deadline,
              "a call",
              new Gate.Waiter() {
                @Override
                public void admitted(Pass pass) {
                  told.incrementAndGet();
                  run(pass, outcome, later);
                }

                @Override
                public void refused(McpException why) {
                  told.incrementAndGet();
                  refused.incrementAndGet();
                }
              });
      if (random.nextInt(4) == 0) {
        cancel.run();
      }
    } else {
      if (random.nextInt(8) == 0) {
        Thread.currentThread().interrupt();
      }
      try {
        run(gate.enter(deadline, "a call"), outcome, later);
      } catch (McpException e) {
        refused.incrementAndGet();
      }
      told.incrementAndGet();
      // Some have been admitted at once, and are interrupted still.
      Thread.interrupted();
    }
    if (random.nextInt(3) == 0) {
      finishSome();
    }
    if (random.nextInt(50) == 0) {
      gate.reset();
    }
  }

  @Test
  void allAreToldOnceAndNoPlaceIsLostOrGivenTwice() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (Aside aside = new Aside()) {
      Future<Void> clock =
          aside.run(
              () -> {
                while (!enough.get()) {
                  time.advance(Duration.ofNanos(100_000));
                  finishSome();
                }
              });
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random random = new Random(SEED + i);
        callers.add(
            aside.run(
                () -> {
                  for (int call = 0; call < CALLS; call++) {
                    call(random);
                  }
                }));
      }
      for (Future<Void> caller : callers) {
        Aside.get(caller);
      }
      Aside.until(
          "all have ended",
          () -> {
            finishSome();
            return gate.queued() == 0 && gate.inFlight() == 0;
          });
      enough.set(true);
      Aside.get(clock);
    }

    assertThat(told).hasValue(CALLERS * CALLS);
    assertThat(most).hasValueLessThanOrEqualTo(PLACES);
    assertThat(running).hasValue(0);
    assertThat(refused.get()).isPositive().isLessThan(CALLERS * CALLS);
  }

  @Test
  void nobodyIsForgottenWhoWaitsForAsLongAsItTakes() throws Exception {
    Gate single =
        new Gate(
            Namespace.of("a"),
            time,
            new GateSettings(1, CALLERS, 0, Duration.ofSeconds(1)),
            state -> {});
    AtomicInteger inside = new AtomicInteger();
    try (Aside aside = new Aside()) {
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            aside.run(
                () -> {
                  for (int call = 0; call < CALLS; call++) {
                    // The time stands still: who is forgotten waits for ever.
                    Pass pass = single.enter(time.nanos() + 1, "a call");
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    pass.end(Outcome.ANSWERED);
                  }
                }));
      }
      for (Future<Void> caller : callers) {
        Aside.get(caller);
      }
    }
    assertThat(most).hasValue(1);
    assertThat(single.inFlight()).isZero();
    assertThat(time.scheduled()).isLessThanOrEqualTo(1);
  }

  @Test
  void theyAreServedInTheOrderInWhichTheyCameWhateverElseComesAndGoes() throws Exception {
    Gate single =
        new Gate(
            Namespace.of("a"),
            time,
            new GateSettings(1, 1_000, 0, Duration.ofSeconds(1)),
            state -> {});
    for (int round = 0; round < 50; round++) {
      Pass first = single.enter(time.nanos() + 1_000, "first");
      ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
      AtomicBoolean enough = new AtomicBoolean();
      try (Aside aside = new Aside()) {
        for (int i = 0; i < 100; i++) {
          int number = i;
          single.enterAsync(
              time.nanos() + 1_000,
              "in order",
              admitted(
                  pass -> {
                    order.add(number);
                    unfinished.add(() -> pass.end(Outcome.ANSWERED));
                  }));
        }
        // Who comes later, gives up, or ends what another one began.
        Future<Void> others =
            aside.run(
                () -> {
                  while (!enough.get()) {
                    single
                        .enterAsync(
                            time.nanos() + 1_000,
                            "later",
                            admitted(pass -> unfinished.add(() -> pass.end(Outcome.ANSWERED))))
                        .run();
                    finishSome();
                  }
                });
        first.end(Outcome.ANSWERED);
        Aside.until(
            "all were served",
            () -> {
              finishSome();
              return order.size() == 100;
            });
        enough.set(true);
        Aside.get(others);
        finishSome();
      }
      assertThat(new ArrayList<>(order)).isSorted();
      assertThat(single.inFlight()).isZero();
    }
  }

  private static Gate.Waiter admitted(Consumer<Pass> what) {
    return new Gate.Waiter() {
      @Override
      public void admitted(Pass pass) {
        what.accept(pass);
      }

      @Override
      public void refused(McpException why) {}
    };
  }
}
