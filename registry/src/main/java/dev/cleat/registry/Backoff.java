// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling up to a cap, each wait cut by up to a half at
 * random, so that clients that failed together do not come back together. ("Equal jitter" in Marc
 * Brooker's comparison, AWS Architecture Blog, 2015.)
 *
 * @param first the wait after one failure
 * @param cap the longest
 */
record Backoff(Duration first, Duration cap, RandomGenerator random) {
  /** The wait after so many failures in a row; none after none. */
  Duration delay(int failures) {
    if (failures <= 0) {
      return Duration.ZERO;
    }
    long capNanos = Background.nanos(cap);
    long wait = Math.min(Background.nanos(first), capNanos);
    for (int i = 1; i < failures && wait < capNanos; i++) {
      wait = Math.min(2 * wait, capNanos);
    }
    return Duration.ofNanos(wait - (long) (random.nextDouble() * wait * 0.5));
  }
}
