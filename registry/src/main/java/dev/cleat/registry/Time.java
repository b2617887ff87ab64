// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.time.Duration;

/** The time, and what is to happen later; replaced by tests. Any thread may use it. */
interface Time {
  /** Nanoseconds since some moment, as {@link System#nanoTime}: only differences mean something. */
  long nanos();

  /**
   * Runs a task later, in a thread of the timer: it has to be short. It never runs before this
   * returns. What it throws is contained and logged.
   *
   * @return cancels it; harmless when it has run or is repeated
   */
  Runnable after(Duration delay, Runnable task);
}
