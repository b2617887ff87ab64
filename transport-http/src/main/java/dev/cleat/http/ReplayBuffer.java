// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The events that one session keeps for a client that comes back, over all its streams, oldest
 * first. When it is full the oldest go.
 *
 * <p>Guarded by the lock of the session; the sum over all sessions is atomic.
 */
final class ReplayBuffer {
  private static final class Kept {
    final int stream;
    final long number;
    final byte[] event;

    Kept(int stream, long number, byte[] event) {
      this.stream = stream;
      this.number = number;
      this.event = event;
    }
  }

  private final HttpLimits limits;
  private final AtomicLong totalBytes;
  private final ArrayDeque<Kept> events = new ArrayDeque<>();
  // How many events of each stream are in there.
  private final Map<Integer, Integer> perStream = new HashMap<>();
  private long bytes;

  ReplayBuffer(HttpLimits limits, AtomicLong totalBytes) {
    this.limits = limits;
    this.totalBytes = totalBytes;
  }

  /** Keeps one event, if it fits at all. */
  void add(int stream, long number, byte[] event) {
    if (event.length > limits.replayBytes() || limits.replayEvents() == 0) {
      return;
    }
    while (events.size() >= limits.replayEvents()
        || (!events.isEmpty() && bytes + event.length > limits.replayBytes())) {
      dropOldest();
    }
    while (totalBytes.get() + event.length > limits.totalReplayBytes()) {
      if (events.isEmpty()) {
        return;
      }
      dropOldest();
    }
    events.add(new Kept(stream, number, event));
    perStream.merge(stream, 1, Integer::sum);
    bytes += event.length;
    totalBytes.addAndGet(event.length);
  }

  /** The events of a stream after that one. */
  List<byte[]> after(int stream, long number) {
    List<byte[]> found = new ArrayList<>();
    for (Kept kept : events) {
      if (kept.stream == stream && kept.number > number) {
        found.add(kept.event);
      }
    }
    return found;
  }

  /** Whether any event of a stream is kept. */
  boolean has(int stream) {
    return perStream.containsKey(stream);
  }

  void clear() {
    while (!events.isEmpty()) {
      dropOldest();
    }
  }

  private void dropOldest() {
    Kept oldest = events.remove();
    perStream.computeIfPresent(oldest.stream, (unused, count) -> count == 1 ? null : count - 1);
    bytes -= oldest.event.length;
    totalBytes.addAndGet(-oldest.event.length);
  }
}
