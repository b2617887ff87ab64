// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One thread's turn at reading a connection. The turn ends for good when the watch takes it away,
 * which it may only do while the thread is busy with a message.
 *
 * <p>The state is a count of messages, doubled, plus one while the last of them is being worked on;
 * {@link #LOST} once the turn has been taken away. Both sides move it by compare-and-set, so
 * exactly one of "done, reading on" and "taken away" happens.
 *
 * <p>What the thread sends while further lines wait, on this connection or on any other one, may be
 * written together with what those lines bring. Whose lines wait for that is known here, so that
 * whoever takes the turn away can see to it.
 */
final class ReaderTurn {
  private static final long LOST = -1;

  private final AtomicLong state = new AtomicLong();

  // Whether whole lines wait in the buffer. Only the turn's own thread touches it.
  private boolean linesWaiting;

  // With lines that are not written yet. Guarded by itself.
  private final List<Outbox> deferred = new ArrayList<>(2);

  /** A thread that reads a connection, for as long as its turn lasts. */
  static final class Reader extends Thread {
    // Only the thread itself touches it.
    private @Nullable ReaderTurn turn;

    Reader(Runnable reading, String name) {
      super(reading, name);
      setDaemon(true);
    }
  }

  /** Begins the turn of this thread. */
  static ReaderTurn begin() {
    ReaderTurn turn = new ReaderTurn();
    if (Thread.currentThread() instanceof Reader reader) {
      reader.turn = turn;
    }
    return turn;
  }

  /** The last turn of this thread; null when it reads nothing. */
  static @Nullable ReaderTurn ofThisThread() {
    return Thread.currentThread() instanceof Reader reader ? reader.turn : null;
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
   * Whether what this turn's thread sends can wait to be written together with what the lines bring
   * that wait already: only as long as the thread is the reader.
   */
  boolean mayDefer() {
    return linesWaiting && state.get() != LOST;
  }

  /**
   * Has the lines of an outbox written later, which are in it already. False when the turn is over:
   * whoever took it away may have looked before.
   */
  boolean defer(Outbox outbox) {
    synchronized (deferred) {
      if (!deferred.contains(outbox)) {
        deferred.add(outbox);
      }
    }
    return state.get() != LOST;
  }

  boolean hasDeferred() {
    synchronized (deferred) {
      return !deferred.isEmpty();
    }
  }

  /** Sees to what the turn before this one has put off and not written. */
  void takeOver(ReaderTurn before) {
    Outbox next = before.nextDeferred();
    while (next != null) {
      boolean unused = defer(next);
      next = before.nextDeferred();
    }
  }

  /**
   * Has everything written that was put off. Any thread may do so; one that is held up by a peer
   * that does not read leaves the rest to others.
   */
  void writeDeferred() {
    Outbox next = nextDeferred();
    while (next != null) {
      next.push();
      next = nextDeferred();
    }
  }

  /** Takes one of those whose lines were put off; null when there are none. */
  @Nullable Outbox nextDeferred() {
    synchronized (deferred) {
      return deferred.isEmpty() ? null : deferred.remove(deferred.size() - 1);
    }
  }
}
