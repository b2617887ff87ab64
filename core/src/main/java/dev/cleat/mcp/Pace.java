// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

/**
 * Whether a tool has been quick lately, which decides the thread it runs in: quick ones in the
 * thread that read the call, because handing over costs more than they do; slow ones in a thread of
 * their own.
 *
 * <p>A wrong guess costs little: a reader that is held up is replaced by its connection. The races
 * between threads that note times are harmless, because only the guess depends on them.
 */
final class Pace {
  /** Longer than this is slow: an order above what handing over to another thread costs. */
  private static final long SLOW_NANOS = 500_000;

  /** So many quick runs in a row make a slow tool quick again. */
  private static final int QUICK_RUNS = 32;

  private volatile boolean slow;
  private int quickRuns;

  // When the run that began last did so, in nanoTime; 0 once a run has ended since.
  private volatile long began;

  /**
   * Also when a run of it goes on for so long by now; the calls behind it need not find out too.
   */
  boolean isSlow() {
    long start = began;
    if (!slow && start != 0 && System.nanoTime() - start > SLOW_NANOS) {
      slow = true;
      quickRuns = 0;
    }
    return slow;
  }

  void begins(long nanoTime) {
    began = nanoTime;
  }

  void took(long nanos) {
    began = 0;
    if (nanos > SLOW_NANOS) {
      slow = true;
      quickRuns = 0;
    } else if (slow && ++quickRuns >= QUICK_RUNS) {
      slow = false;
    }
  }
}
