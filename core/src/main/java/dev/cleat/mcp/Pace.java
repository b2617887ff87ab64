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
  /** Shorter runs are quick anywhere: an order above what handing over to another thread costs. */
  static final long SHORTEST_SLOW_NANOS = 500_000;

  /** So many quick runs in a row make a slow tool quick again. */
  private static final int QUICK_RUNS = 32;

  // How long the last slow run took; 0 when all have been quick lately.
  private volatile long slowRun;
  private int quickRuns;

  // When the run that began last did so, in nanoTime; 0 once a run has ended since.
  private volatile long began;

  /**
   * Whether the next run may take longer than that. Also when a run goes on for so long by now; the
   * calls behind it need not find out too.
   *
   * @param limitNanos not below {@link #SHORTEST_SLOW_NANOS}
   */
  boolean isSlow(long limitNanos) {
    if (slowRun > limitNanos) {
      return true;
    }
    long start = began;
    if (start == 0) {
      return false;
    }
    long soFar = System.nanoTime() - start;
    if (soFar <= limitNanos) {
      return false;
    }
    slowRun = soFar;
    quickRuns = 0;
    return true;
  }

  void begins(long nanoTime) {
    began = nanoTime;
  }

  void took(long nanos) {
    began = 0;
    if (nanos > SHORTEST_SLOW_NANOS) {
      slowRun = nanos;
      quickRuns = 0;
    } else if (slowRun != 0 && ++quickRuns >= QUICK_RUNS) {
      slowRun = 0;
    }
  }
}
