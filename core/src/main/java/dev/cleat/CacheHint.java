// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.time.Duration;

/**
 * How long an answer may be kept, as a server says it from revision 2026-07-28 on.
 *
 * @param ttl for how long it stays true; zero: it is stale at once
 * @param shared whether it is the same for all users, so that shared caches may keep it
 */
public record CacheHint(Duration ttl, boolean shared) {
  /** Not to be kept. */
  public static final CacheHint NONE = new CacheHint(Duration.ZERO, false);

  /** Checks the time. */
  public CacheHint {
    if (ttl.isNegative()) {
      throw new IllegalArgumentException("A time to live cannot be negative: " + ttl);
    }
  }
}
