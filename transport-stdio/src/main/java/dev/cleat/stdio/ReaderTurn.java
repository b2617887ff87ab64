// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread's turn at reading a connection. The turn ends for good when the watch takes it away,
 * which it may only do while the thread is busy with a message.
 *
 * <p>The state is a count of messages, doubled, plus one while the last of them is being worked on;
 * {@link #LOST} once the turn has been taken away. Both sides move it by compare-and-set, so
 * exactly one of "done, reading on" and "taken away" happens.
 */
final class ReaderTurn {
  private static final long LOST = -1;

  private final AtomicLong state = new AtomicLong();
  private final Thread thread;

  // Whether whole lines wait in the buffer. Only the turn's own thread touches it.
  private boolean linesWaiting;

  ReaderTurn(Thread thread) {
    this.thread = thread;
  }

  /** Whether further whole lines wait in the buffer while the reader is at one. */
  void linesWaiting(boolean waiting) {
    linesWaiting = waiting;
  }

  /** The reader begins to work on a message, which may take time. */
  void busy() {
    state.set(state.get() + 1);
  }

  /** The reader is done with it; false when it must not touch the input any more. */
  boolean done() {
    long busy = state.get();
    return busy != LOST && state.compareAndSet(busy, busy + 1);
  }

  /** What the watch compares from look to look. */
  long look() {
    return state.get();
  }

  static boolean isBusy(long look) {
    return look != LOST && (look & 1) == 1;
  }

  /** Takes the turn away from a thread that has been busy with one message since that look. */
  boolean takeAway(long look) {
    return state.compareAndSet(look, LOST);
  }

  /**
   * Whether an answer of this thread can wait to be written together with those to the lines that
   * wait already: only in the reader itself, and only as long as it is the reader.
   */
  boolean mayDefer() {
    return linesWaiting && Thread.currentThread().equals(thread) && state.get() != LOST;
  }
}
