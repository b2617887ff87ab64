// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.concurrent.atomic.AtomicInteger;

/** How many event streams may be open at one time. Thread-safe. */
final class StreamSlots {
  private final int max;
  private final AtomicInteger taken = new AtomicInteger();

  StreamSlots(int max) {
    this.max = max;
  }

  /** Takes one; false when there is none left. */
  boolean take() {
    int now = taken.get();
    while (now < max) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  /** Gives one back. */
  void release() {
    taken.decrementAndGet();
  }

  int taken() {
    return taken.get();
  }
}
