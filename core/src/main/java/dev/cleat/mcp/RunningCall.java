// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import org.jspecify.annotations.Nullable;

/**
 * One call that a server executes: who runs it, and whether it has been cancelled.
 *
 * <p>The lock makes an interrupt hit the handler and nothing after it: {@link #cancel} interrupts
 * only between {@link #begin} and {@link #end}, and {@code end} clears what came too late.
 */
final class RunningCall {
  private final Object lock = new Object();
  private @Nullable Thread runner;
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

  /** Leaves the handler; false when nobody wants its answer any more. */
  boolean end() {
    synchronized (lock) {
      runner = null;
      ended = true;
      // A pooled or reading thread must not carry the interrupt of one call into the next.
      boolean unused = Thread.interrupted();
      return !cancelled;
    }
  }

  /** Ends it early; true when that makes sure that no answer of its own will be sent. */
  boolean cancel() {
    synchronized (lock) {
      if (ended || cancelled) {
        return false;
      }
      cancelled = true;
      if (runner != null) {
        runner.interrupt();
      }
      return true;
    }
  }

  boolean cancelled() {
    return cancelled;
  }

  /** Whether nothing more may be said about it: it has been cancelled, or its handler is done. */
  boolean over() {
    return cancelled || ended;
  }
}
