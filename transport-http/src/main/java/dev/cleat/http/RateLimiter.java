// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often each client may ask: a bucket of one second's requests, filled again all the time.
 * Thread-safe, without locks.
 */
final class RateLimiter {
  /** Clients that are told apart; those beyond share one bucket. */
  private static final int MAX_CLIENTS = 10_000;

  private static final String OTHERS = "others";
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long nanosPerRequest;

  // When the bucket of a client will be full again, in nanoTime: each request moves it on, and one
  // that would move it to more than a second from now is refused.
  private final ConcurrentMap<Object, AtomicLong> fullAt = new ConcurrentHashMap<>();

  RateLimiter(int requestsPerSecond) {
    nanosPerRequest = SECOND_NANOS / requestsPerSecond;
  }

  /** Whether that client may ask now. */
  boolean allows(Object client, long now) {
    AtomicLong full = fullAt.get(client);
    if (full == null) {
      Object key = fullAt.size() < MAX_CLIENTS ? client : OTHERS;
      full = fullAt.computeIfAbsent(key, unused -> new AtomicLong(now));
    }
    while (true) {
      long before = full.get();
      long after = (before - now > 0 ? before : now) + nanosPerRequest;
      if (after - now > SECOND_NANOS) {
        return false;
      }
      if (full.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  /** Forgets clients whose bucket is full. */
  void sweep(long now) {
    fullAt.values().removeIf(full -> full.get() - now < 0);
  }

  int clients() {
    return fullAt.size();
  }
}
