// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which era of the protocol servers spoke when they were last connected. Thread-safe; bounded.
 *
 * <p>What it says is tried first, and found out anew when it no longer holds.
 */
public final class EraMemory {
  /** Beyond any number of servers that one program connects to; then it forgets. */
  private static final int MAX_SERVERS = 10_000;

  private final Map<String, Boolean> stateless = new ConcurrentHashMap<>();

  /** Remembers nothing yet. */
  public EraMemory() {}

  /** Whether that server spoke the stateless era; empty when nothing is known. */
  Optional<Boolean> isStateless(String key) {
    return Optional.ofNullable(stateless.get(key));
  }

  void remember(String key, boolean isStateless) {
    if (stateless.size() >= MAX_SERVERS) {
      stateless.clear();
    }
    stateless.put(key, isStateless);
  }
}
