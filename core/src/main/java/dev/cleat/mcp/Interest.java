// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.spi.ToolSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which resources the clients of a server want to hear of, counted over all of them: a set is told
 * of each when the first client wants it, and when the last one does not any more. Thread-safe.
 */
final class Interest {
  private final List<ToolSet> sets;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock, under which the sets are told too, so that they hear it in this order.
  private final Map<String, Wanted> wanted = new HashMap<>();

  /**
   * One resource.
   *
   * @param clients how many want it; above zero
   * @param heard completes once its changes are heard of
   */
  private record Wanted(int clients, CompletableFuture<Void> heard) {}

  Interest(List<ToolSet> sets) {
    this.sets = sets;
  }

  /**
   * One more client wants it.
   *
   * @return completes once its changes are heard of, or with why they never are; the client counts
   *     in either case, until it is removed
   */
  CompletableFuture<Void> add(String uri) {
    lock.lock();
    try {
      Wanted before = wanted.get(uri);
      CompletableFuture<Void> heard =
          before == null || before.heard().isCompletedExceptionally()
              ? CompletableFuture.allOf(
                  sets.stream().map(set -> set.subscribe(uri)).toArray(CompletableFuture[]::new))
              : before.heard();
      wanted.put(uri, new Wanted(before == null ? 1 : before.clients() + 1, heard));
      return heard;
    } finally {
      lock.unlock();
    }
  }

  /** One of those who wanted it does not any more. */
  void remove(String uri) {
    lock.lock();
    try {
      Wanted before = wanted.get(uri);
      if (before != null && before.clients() > 1) {
        wanted.put(uri, new Wanted(before.clients() - 1, before.heard()));
      } else if (before != null) {
        wanted.remove(uri);
        sets.forEach(set -> set.unsubscribe(uri));
      }
    } finally {
      lock.unlock();
    }
  }
}
