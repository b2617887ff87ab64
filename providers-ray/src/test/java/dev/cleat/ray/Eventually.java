// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Looks again and again until something is so, up to a deadline. */
final class Eventually {
  private Eventually() {}

  static <T> T see(Duration deadline, Callable<T> look, Predicate<T> wanted) throws Exception {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      T seen = look.call();
      if (wanted.test(seen)) {
        return seen;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("Not so within " + deadline + ". Seen last: " + seen);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}
