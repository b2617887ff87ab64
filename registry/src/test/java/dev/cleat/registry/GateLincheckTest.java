// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.Breaker.Outcome;
import dev.cleat.registry.Breaker.Period;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** A gate and its breaker under racing threads, in the interleavings of a few of them. */
class GateLincheckTest {
  // Nothing runs before the threads do: a pass would have ended, and a place be taken, too early.
  private static ModelCheckingOptions interleavings(int threads, int actorsPerThread) {
    return new ModelCheckingOptions()
        .threads(threads)
        .actorsPerThread(actorsPerThread)
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(5)
        .invocationsPerIteration(300);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  /** One place and two that may wait. Nobody loses a place, has one too many or is told twice. */
  public static class Crowd {
    private static final Duration LIMIT = Duration.ofMillis(10);

    private final ManualTime time = new ManualTime();
    private final Gate gate =
        new Gate(
            Namespace.of("a"), time, new GateSettings(1, 2, 0, Duration.ofSeconds(1)), state -> {});
    private final Queue<Pass> passes = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> cancels = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean tooMany;

    /** Asks for a place, and keeps it. */
    @Operation
    public void enter() {
      asked.incrementAndGet();
      cancels.add(
          gate.enterAsync(
              time.nanos() + LIMIT.toNanos(),
              "a call",
              new Gate.Waiter() {
                @Override
                public void admitted(Pass pass) {
                  if (running.incrementAndGet() > 1) {
                    tooMany = true;
                  }
                  told.incrementAndGet();
                  passes.add(pass);
                }

                @Override
                public void refused(McpException why) {
                  told.incrementAndGet();
                }
              }));
    }

    /** Gives a place back. */
    @Operation
    public void leave() {
      Pass pass = passes.poll();
      if (pass != null) {
        running.decrementAndGet();
        pass.end(Outcome.ANSWERED);
        pass.end(Outcome.ANSWERED);
      }
    }

    /** Somebody gives up. */
    @Operation
    public void cancel() {
      Runnable cancel = cancels.poll();
      if (cancel != null) {
        cancel.run();
      }
    }

    /** All that wait are too late. */
    @Operation
    public void late() {
      time.advance(LIMIT);
    }

    /** What has to hold after all threads have ended. */
    @Validate
    public void nothingWentWrong() {
      check(!tooMany, "more than one ran at once");
      check(gate.inFlight() == running.get(), "a place is lost: " + gate.inFlight());
      check(gate.inFlight() == 1 || gate.queued() == 0, "somebody waits for a free place");
      check(told.get() + gate.queued() == asked.get(), "told: " + told + " of " + asked);
    }
  }

  /** A pass that several end. */
  public static class SamePass {
    private final Gate gate =
        new Gate(
            Namespace.of("a"),
            new ManualTime(),
            new GateSettings(2, 0, 0, Duration.ofSeconds(1)),
            state -> {});
    private final Pass pass = gate.enter(0, "one");
    private final Pass other = gate.enter(0, "other");
    private volatile boolean ended;

    /** Ends it. */
    @Operation
    public void end() {
      pass.end(Outcome.ANSWERED);
      ended = true;
    }

    /** What has to hold after all threads have ended. */
    @Validate
    public void nothingWentWrong() {
      check(gate.inFlight() == (ended ? 1 : 2), "in flight: " + gate.inFlight());
      other.end(Outcome.ANSWERED);
      check(gate.inFlight() == (ended ? 0 : 1), "in flight: " + gate.inFlight());
    }
  }

  /** A breaker that may be tried, and who does. */
  public static class Probes {
    private final ManualTime time = new ManualTime();
    private final Breaker breaker =
        new Breaker(time, new GateSettings(1, 0, 1, Duration.ofSeconds(1)), this::changed);
    private final AtomicInteger probing = new AtomicInteger();
    private volatile BreakerState heard = BreakerState.CLOSED;
    private volatile boolean tooMany;
    private volatile boolean outOfOrder;

    /** Starts open, with its pause over. */
    public Probes() {
      Period period = breaker.admit();
      if (period != null) {
        breaker.ended(period, Outcome.UNANSWERED);
      }
      time.advance(Duration.ofSeconds(1));
    }

    private void changed(BreakerState state) {
      // Nothing goes from closed to half open, or stays what it is.
      if (state == heard || state == BreakerState.HALF_OPEN && heard == BreakerState.CLOSED) {
        outOfOrder = true;
      }
      heard = state;
    }

    private void call(Outcome outcome) {
      Period period = breaker.admit();
      if (period == null) {
        return;
      }
      boolean probe = !period.isClosed();
      if (probe && probing.incrementAndGet() > 1) {
        tooMany = true;
      }
      if (probe) {
        probing.decrementAndGet();
      }
      breaker.ended(period, outcome);
    }

    /** A call that is answered, if it is let through. */
    @Operation
    public void answered() {
      call(Outcome.ANSWERED);
    }

    /** One that is not answered. */
    @Operation
    public void unanswered() {
      call(Outcome.UNANSWERED);
    }

    /** One that was never sent. */
    @Operation
    public void neither() {
      call(Outcome.NEITHER);
    }

    /** What has to hold after all threads have ended. */
    @Validate
    public void nothingWentWrong() {
      check(!tooMany, "two probes at once");
      check(!outOfOrder, "heard of changes out of order");
      check(heard == breaker.state(), "heard " + heard + " and not " + breaker.state());
      check(breaker.state() != BreakerState.HALF_OPEN, "the probe has ended and it is not decided");
    }
  }

  @Test
  void noPlaceIsLostOrGivenTwiceInEveryInterleaving() {
    interleavings(2, 2).check(Crowd.class);
  }

  @Test
  void aPassEndsOnceInEveryInterleaving() {
    interleavings(2, 1).check(SamePass.class);
  }

  @Test
  void thereIsOneProbeAtATimeInEveryInterleaving() {
    interleavings(3, 1).check(Probes.class);
  }
}
