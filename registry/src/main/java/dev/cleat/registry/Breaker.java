// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stops the calls to a server that does not answer, and lets one through now and then to see
 * whether it does again.
 *
 * <pre>
 *   CLOSED     n unanswered in a row → OPEN       calls pass
 *   OPEN       the pause is over     → HALF_OPEN  calls are refused; the next one becomes the probe
 *   HALF_OPEN  the probe's outcome   → CLOSED     answered
 *                                    → OPEN       unanswered: for twice the pause, at most 8 times
 *                                    → OPEN       neither: the pause is over at once
 * </pre>
 *
 * <p>Each state lasts one {@link Period}, and a call counts only for the period in which it began:
 * what was sent before the breaker opened, or to the generation before, can neither close nor open
 * it later.
 *
 * <p><b>Threads.</b> Any. While it is closed nothing takes a lock. Listeners hear of all changes,
 * one after the other, outside of locks. Proved by {@code BreakerTest} and {@code
 * GateLincheckTest}.
 */
final class Breaker {
  // The pause doubles this often: 1, 2, 4, 8 times.
  private static final int MAX_DOUBLINGS = 3;

  /** How a call ended, as far as the breaker is concerned. */
  enum Outcome {
    /** The server said something, be it a failure or an error. */
    ANSWERED,
    /** It was sent, and nothing came back in time or before the connection was lost. */
    UNANSWERED,
    /** It says nothing about the server: cancelled, or never sent. */
    NEITHER
  }

  /** One stay in a state. */
  static final class Period {
    private final BreakerState state;
    private final int doublings;
    // While OPEN.
    private final long until;
    // While CLOSED: since the last answer.
    private final AtomicInteger unanswered = new AtomicInteger();

    private Period(BreakerState state, int doublings, long until) {
      this.state = state;
      this.doublings = doublings;
      this.until = until;
    }

    boolean isClosed() {
      return state == BreakerState.CLOSED;
    }
  }

  private final Time time;
  private final Announcements<BreakerState> changes;
  private volatile GateSettings settings;
  private volatile Period period = closed();

  // Guards the changes of the period, and the order in which they are announced.
  private final ReentrantLock lock = new ReentrantLock();

  Breaker(Time time, GateSettings settings, Consumer<BreakerState> onChange) {
    this.time = time;
    this.settings = settings;
    this.changes = new Announcements<>(onChange);
  }

  /** Takes effect with the next call that ends; closes it when it is switched off. */
  void settings(GateSettings newSettings) {
    settings = newSettings;
    if (newSettings.breakerThreshold() == 0 && !period.isClosed()) {
      reset();
    }
  }

  BreakerState state() {
    return period.state;
  }

  Period period() {
    return period;
  }

  /** Whether a call that came now would be refused. */
  boolean refuses() {
    return refuses(period);
  }

  private boolean refuses(Period now) {
    return switch (now.state) {
      case CLOSED -> false;
      case OPEN -> now.until - time.nanos() > 0;
      case HALF_OPEN -> true;
    };
  }

  /** Lets a call through, as part of that period, or refuses it with null. */
  @Nullable Period admit() {
    while (true) {
      Period now = period;
      if (now.isClosed()) {
        return now;
      }
      if (refuses(now)) {
        return null;
      }
      Period probe = new Period(BreakerState.HALF_OPEN, now.doublings, 0);
      if (change(now, probe)) {
        return probe;
      }
    }
  }

  /** A call that was let through has ended. */
  void ended(Period began, Outcome outcome) {
    if (began.isClosed()) {
      count(began, outcome);
      return;
    }
    boolean unused =
        switch (outcome) {
          case ANSWERED -> change(began, closed());
          case UNANSWERED -> change(began, open(Math.min(began.doublings + 1, MAX_DOUBLINGS)));
          case NEITHER ->
              change(began, new Period(BreakerState.OPEN, began.doublings, time.nanos()));
        };
  }

  private void count(Period began, Outcome outcome) {
    if (outcome == Outcome.ANSWERED) {
      // Read first: all calls of a healthy server come here, and none of them has to write.
      if (began.unanswered.get() != 0) {
        began.unanswered.set(0);
      }
    } else if (outcome == Outcome.UNANSWERED) {
      int threshold = settings.breakerThreshold();
      if (began.unanswered.incrementAndGet() >= threshold && threshold > 0) {
        change(began, open(0));
      }
    }
  }

  /** Another server is behind it from now on: closed, and what came before is forgotten. */
  void reset() {
    Period before;
    lock.lock();
    try {
      before = period;
      period = closed();
      if (!before.isClosed()) {
        changes.add(BreakerState.CLOSED);
      }
    } finally {
      lock.unlock();
    }
    changes.tell();
  }

  /** Why calls are refused now, and until when. */
  String why() {
    Period now = period;
    if (now.state == BreakerState.OPEN) {
      long millis = Duration.ofNanos(now.until - time.nanos()).toMillis();
      return "it has not answered lately, so nothing is sent to it for another "
          + Math.max(1, millis)
          + " ms. Call again then.";
    }
    return "it has not answered lately, and one call tries whether it does again. Call again when"
        + " that has ended.";
  }

  private static Period closed() {
    return new Period(BreakerState.CLOSED, 0, 0);
  }

  private Period open(int doublings) {
    long pause = settings.breakerPause().toNanos() << doublings;
    return new Period(BreakerState.OPEN, doublings, time.nanos() + pause);
  }

  private boolean change(Period from, Period to) {
    lock.lock();
    try {
      if (period != from) {
        return false;
      }
      period = to;
      changes.add(to.state);
    } finally {
      lock.unlock();
    }
    changes.tell();
    return true;
  }
}
