// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How much can be written to a pipe without being blocked by who reads it. A peer that has answered
 * a request has read all up to there, so what was written after that request is all that the pipe
 * can hold. For one use at a time.
 *
 * <p>A peer that answers what it has not read can block one writer, until it reads or is ended.
 */
final class PipeRoom {
  /**
   * What every pipe takes: on Linux they have room for 16 pages, and for two pages once their owner
   * has very many of them; elsewhere it is at least this, too.
   */
  static final int SURE_BYTES = 4 << 10;

  /** Without a mark less is known, and nothing is wrong. */
  private static final int MAX_MARKS = 64;

  /** A request, and how much had been written with it. */
  private record Mark(Object requestId, long written) {}

  private final Deque<Mark> marks = new ArrayDeque<>();
  private long written;
  private long read;

  /** Whether the pipe has room for so much more. */
  boolean takes(long bytes) {
    return written - read + bytes <= SURE_BYTES;
  }

  /**
   * So much more has been written.
   *
   * @param requestId of the request that was written; null when it was something else
   */
  void wrote(int bytes, @Nullable Object requestId) {
    written += bytes;
    if (requestId != null) {
      if (marks.size() == MAX_MARKS) {
        marks.removeFirst();
      }
      marks.add(new Mark(requestId, written));
    }
  }

  /** That request has been answered. Nothing happens when a later one has been before. */
  void hasRead(Object requestId) {
    int behind = 0;
    for (Mark mark : marks) {
      if (mark.requestId().equals(requestId)) {
        read = mark.written();
        for (; behind >= 0; behind--) {
          marks.removeFirst();
        }
        return;
      }
      behind++;
    }
  }
}
