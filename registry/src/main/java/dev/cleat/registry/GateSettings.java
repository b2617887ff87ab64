// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What a {@link Gate} lets through.
 *
 * @param maxConcurrent how many calls may run at once; at least 1
 * @param maxQueued how many may wait for that; 0 when none may
 * @param breakerThreshold how many calls in a row end unanswered before no more are sent; 0 when
 *     that does not matter
 * @param breakerPause how long none are sent then, the first time; above zero, at most a day
 */
record GateSettings(int maxConcurrent, int maxQueued, int breakerThreshold, Duration breakerPause) {
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

  GateSettings {
    atLeast(1, maxConcurrent, "concurrent calls");
    atLeast(0, maxQueued, "queued calls");
    atLeast(0, breakerThreshold, "calls without an answer");
    requireNonNull(breakerPause, "breakerPause");
    if (breakerPause.isNegative()
        || breakerPause.isZero()
        || breakerPause.compareTo(LONGEST_PAUSE) > 0) {
      throw new IllegalArgumentException(
          "The pause of a breaker is " + breakerPause + ". Allowed is above zero, up to a day.");
    }
  }

  private static void atLeast(int least, int value, String what) {
    if (value < least) {
      throw new IllegalArgumentException(
          "The limit of " + what + " is " + value + ". Allowed is " + least + " or more.");
    }
  }
}
