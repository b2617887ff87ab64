// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One open event stream: takes events from any thread, writes them in order, one write at a time,
 * those that came meanwhile together in the next.
 *
 * <p>Nobody waits in {@link #offer}; who may wait calls {@link #awaitRoom} first, and holds no lock
 * while doing so.
 */
final class EventStream {
  private static final int HTTP_OK = 200;

  private final ServerExchange exchange;
  private final int maxQueuedBytes;
  private final StreamSlots slots;
  private final Runnable onGone;

  // All guarded by the monitor of this.
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean writing;
  private boolean ending;
  private boolean over;
  private long lastWriteNanos = System.nanoTime();

  /**
   * Opens the stream; its slot has been taken.
   *
   * @param onGone called once, without locks, when the peer is found gone before the end
   */
  EventStream(ServerExchange exchange, int maxQueuedBytes, StreamSlots slots, Runnable onGone) {
    this.exchange = exchange;
    this.maxQueuedBytes = maxQueuedBytes;
    this.slots = slots;
    this.onGone = onGone;
    exchange.openStream();
  }

  /** Takes an event; false when the stream is over or ends. The caller then calls {@link #pump}. */
  synchronized boolean offer(byte[] event) {
    if (over || ending) {
      return false;
    }
    queue.add(event);
    queuedBytes += event.length;
    return true;
  }

  /** Waits while too much is queued; false when the stream is over. */
  synchronized boolean awaitRoom() {
    boolean interrupted = false;
    while (!over && queuedBytes >= maxQueuedBytes && !interrupted) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !over;
  }

  /** Whether so much is queued that a sender would have to wait. */
  synchronized boolean isFull() {
    return queuedBytes >= maxQueuedBytes;
  }

  /** Ends the stream after what has been taken. The caller then calls {@link #pump}. */
  synchronized void end() {
    ending = true;
  }

  /** Writes a comment when nothing has been written for that long. */
  void keepAlive(long now, long afterNanos) {
    synchronized (this) {
      if (writing || over || ending || now - lastWriteNanos < afterNanos) {
        return;
      }
      queue.add(ServerSentEvents.keepAlive());
    }
    pump();
  }

  /** Writes a comment now, so that the peer sees the stream begin. */
  void greet() {
    offer(ServerSentEvents.keepAlive());
  }

  /** Writes what is there, unless somebody is at it already. To be called without locks. */
  void pump() {
    synchronized (this) {
      if (writing) {
        return;
      }
      writing = true;
    }
    writeOn();
  }

  /** By the one who has set {@code writing}. */
  private void writeOn() {
    boolean goOn = true;
    while (goOn) {
      byte[] bytes;
      boolean last;
      synchronized (this) {
        if (over || (queue.isEmpty() && !ending)) {
          writing = false;
          return;
        }
        bytes = takeAll();
        last = ending;
        lastWriteNanos = System.nanoTime();
      }
      Write write = new Write(last);
      exchange.write(bytes, last, write);
      goOn = write.hasCompletedWithin();
    }
  }

  private byte[] takeAll() {
    byte[] first = queue.poll();
    byte[] bytes;
    if (first == null) {
      bytes = new byte[0];
    } else if (queue.isEmpty()) {
      bytes = first;
    } else {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (byte[] next = first; next != null; next = queue.poll()) {
        all.write(next, 0, next.length);
      }
      bytes = all.toByteArray();
    }
    return bytes;
  }

  /** The end of one write, which goes on to the next, without ever recursing into it. */
  private final class Write implements ServerExchange.Completion {
    // 0: neither; 1: write has returned first; 2: completed first. Who comes second goes on.
    private final AtomicInteger state = new AtomicInteger();
    private final boolean last;

    Write(boolean last) {
      this.last = last;
    }

    boolean hasCompletedWithin() {
      return !state.compareAndSet(0, 1);
    }

    @Override
    public void completed(@Nullable Throwable failure) {
      written(last, failure);
      if (!state.compareAndSet(0, 2)) {
        writeOn();
      }
    }
  }

  private void written(boolean last, @Nullable Throwable failure) {
    boolean endedNow;
    synchronized (this) {
      queuedBytes = 0;
      for (byte[] waiting : queue) {
        queuedBytes += waiting.length;
      }
      endedNow = !over && (last || failure != null);
      if (endedNow) {
        over = true;
        queue.clear();
        queuedBytes = 0;
      }
      notifyAll();
    }
    if (endedNow) {
      slots.release();
      exchange.finished(HTTP_OK);
      if (failure != null) {
        onGone.run();
      }
    }
  }
}
