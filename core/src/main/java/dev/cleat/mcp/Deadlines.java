// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that somebody looks when the earliest of many deadlines has passed: one timer for all
 * of them, which is set anew only for a deadline that comes before it. Requests that all may take
 * equally long set it once in that time, and not once each. Thread-safe.
 */
final class Deadlines {
  /** Runs something later. */
  interface Timer {
    /** Through the timer of {@link CompletableFuture}, in the thread of its choice. */
    Timer SHARED =
        (nanos, task) -> {
          CompletableFuture<Void> due =
              new CompletableFuture<Void>().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
          var unused = due.thenRunAsync(task);
          return () -> due.cancel(false);
        };

    /** Runs it after so many nanoseconds, unless what this returns is run before. */
    Runnable in(long nanos, Runnable task);
  }

  /** Nothing is due any more. */
  static final long NEVER = Long.MAX_VALUE;

  private record Look(long at, Runnable cancel) {}

  private final Timer timer;
  private final LongSupplier look;

  // Written under the lock. Null while nothing is due, as far as is known: whoever adds a deadline
  // has made it visible to a look before it reads this, and a look clears this before it looks.
  private volatile @Nullable Look next;
  // Guarded by this.
  private boolean stopped;

  /**
   * @param look ends what is overdue, and says after how many nanoseconds the next may be; {@link
   *     #NEVER} when there is none
   */
  Deadlines(Timer timer, LongSupplier look) {
    this.timer = timer;
    this.look = look;
  }

  /** Has somebody look at that time, in terms of {@link System#nanoTime}, or soon after. */
  void add(long deadline) {
    Look known = next;
    if (known == null || deadline - known.at() < 0) {
      set(deadline);
    }
  }

  private synchronized void set(long at) {
    Look known = next;
    if (stopped || (known != null && at - known.at() >= 0)) {
      return;
    }
    if (known != null) {
      known.cancel().run();
    }
    long nanos = Math.max(0, at - System.nanoTime());
    next = new Look(at, timer.in(nanos, () -> due(at)));
  }

  private void due(long at) {
    synchronized (this) {
      Look known = next;
      if (known != null && known.at() == at) {
        next = null;
      }
    }
    long left = look.getAsLong();
    if (left != NEVER) {
      add(System.nanoTime() + left);
    }
  }

  /** Nobody looks any more. */
  synchronized void stop() {
    stopped = true;
    Look known = next;
    if (known != null) {
      known.cancel().run();
      next = null;
    }
  }
}
