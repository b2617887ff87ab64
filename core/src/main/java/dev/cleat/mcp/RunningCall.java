// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One call that a server executes: who runs it, and whether it has been cancelled.
 *
 * <p>The lock makes an interrupt hit the handler and nothing after it: {@link #cancel} interrupts
 * only between {@link #begin} and {@link #end} or {@link #goesOn}, which clear what came too late.
 */
final class RunningCall {
  private final Object lock = new Object();
  // Guarded by lock. At most one of the two is there.
  private @Nullable Thread runner;
  private @Nullable Future<?> rest;

  private volatile boolean ended;
  private volatile boolean cancelled;

  /** Enters the handler; false when the call was cancelled before. */
  boolean begin() {
    synchronized (lock) {
      if (cancelled) {
        return false;
      }
      runner = Thread.currentThread();
      return true;
    }
  }

  /** The thread leaves the handler, and the call goes on without one until that is done. */
  void goesOn(Future<?> newRest) {
    boolean tooLate;
    synchronized (lock) {
      leave();
      rest = newRest;
      tooLate = cancelled;
    }
    if (tooLate) {
      newRest.cancel(true);
    }
  }

  /** The handler is done; false when nobody wants its answer any more. */
  boolean end() {
    synchronized (lock) {
      leave();
      rest = null;
      ended = true;
      return !cancelled;
    }
  }

  private void leave() {
    // A pooled or reading thread must not carry the interrupt of one call into the next. Any other
    // thread, such as one that completes a future, keeps its own.
    if (Thread.currentThread().equals(runner)) {
      boolean unused = Thread.interrupted();
    }
    runner = null;
  }

  /** Ends it early; true when that makes sure that no answer of its own will be sent. */
  boolean cancel() {
    Future<?> cancelling;
    synchronized (lock) {
      if (ended || cancelled) {
        return false;
      }
      cancelled = true;
      if (runner != null) {
        runner.interrupt();
      }
      cancelling = rest;
    }
    // Outside the lock: what depends on the future runs in here.
    if (cancelling != null) {
      cancelling.cancel(true);
    }
    return true;
  }

  boolean cancelled() {
    return cancelled;
  }

  /** Whether nothing more may be said about it: it has been cancelled, or its handler is done. */
  boolean over() {
    return cancelled || ended;
  }
}
