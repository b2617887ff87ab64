// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting that must not be given up, because what is half ended would be left. */
final class Patience {
  // A look at a process costs microseconds.
  private static final long POLL_MILLIS = 20;

  private Patience() {}

  /**
   * Waits until it is so, or the time is up. An interrupt does not end it, and is there again
   * afterwards.
   *
   * @return whether it is so
   */
  static boolean until(Duration most, BooleanSupplier so) {
    long end = System.nanoTime() + most.toNanos();
    boolean interrupted = false;
    try {
      while (!so.getAsBoolean()) {
        if (System.nanoTime() - end >= 0) {
          return false;
        }
        try {
          Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
