// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lines that wait to be written, and who writes them: whoever finds no other writer takes all
 * that is there and writes it at once.
 *
 * <p>A line counts as sent from the moment it is taken, under the lock, before its first byte goes
 * to the stream; before that it can be withdrawn. The lock is never held over I/O.
 */
final class Outbox {
  /** So much goes to the stream in one write: the size of a pipe. */
  private static final int BATCH_BYTES = 64 << 10;

  private enum Fate {
    QUEUED,
    SENT,
    NEVER
  }

  private final OutputStream out;
  private final int maxQueuedBytes;
  private final long maxWaitNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All below: guarded by lock.
  private final Deque<Line> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean writing;
  private boolean finishing;
  private @Nullable String closed;

  // Used by the one who is writing, and by nobody else.
  private final ByteArrayOutputStream batch = new ByteArrayOutputStream(BATCH_BYTES);

  Outbox(OutputStream out, Limits limits) {
    this.out = out;
    maxQueuedBytes = limits.maxQueuedBytes();
    maxWaitNanos = limits.callTimeout().toNanos();
  }

  private final class Line implements Connection.Receipt {
    private final byte[] bytes;
    // Guarded by lock.
    private Fate fate = Fate.QUEUED;

    Line(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean sent() {
      lock.lock();
      try {
        return fate == Fate.SENT;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean withdraw() {
      lock.lock();
      try {
        if (fate == Fate.QUEUED) {
          fate = Fate.NEVER;
          // A peer that does not read must not fill the queue with what nobody wants any more.
          queue.remove(this);
          queuedBytes -= bytes.length;
          changed.signalAll();
        }
        return fate == Fate.NEVER;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Puts a line at the end, and waits first while too much is there. Writes nothing yet. */
  Connection.Receipt add(byte[] bytes, boolean mayWait) {
    Line line = new Line(bytes);
    lock.lock();
    try {
      if (mayWait) {
        awaitRoom();
      }
      if (closed != null || finishing) {
        throw new McpException.NotSent(
            "The connection is closed: " + (closed == null ? "it is being closed" : closed));
      }
      queue.add(line);
      queuedBytes += bytes.length;
      changed.signalAll();
      return line;
    } finally {
      lock.unlock();
    }
  }

  /** Whether so much waits already that a writer can be kept busy with it. */
  boolean hasBatch() {
    lock.lock();
    try {
      return queuedBytes >= BATCH_BYTES;
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() {
    long left = maxWaitNanos;
    while (queuedBytes > maxQueuedBytes && closed == null && !finishing) {
      try {
        if (left <= 0) {
          throw new McpException.NotSent(
              "The peer does not read: " + queuedBytes + " bytes wait for it already.");
        }
        left = changed.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new McpException.NotSent("The sender was interrupted before there was room.");
      }
    }
  }

  /** Writes what is there, unless somebody does already. Returns the trouble, if there is any. */
  @Nullable IOException flush() {
    if (!begin()) {
      return null;
    }
    try {
      while (take()) {
        batch.writeTo(out);
        out.flush();
        batch.reset();
      }
      return null;
    } catch (IOException e) {
      close("its output is gone: " + e.getMessage());
      return e;
    }
  }

  private boolean begin() {
    lock.lock();
    try {
      if (writing || queue.isEmpty()) {
        return false;
      }
      writing = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Moves lines to the batch; false, and no longer the writer, when there are none. */
  private boolean take() {
    lock.lock();
    try {
      while (!queue.isEmpty() && batch.size() < BATCH_BYTES) {
        Line line = queue.remove();
        queuedBytes -= line.bytes.length;
        line.fate = Fate.SENT;
        batch.write(line.bytes, 0, line.bytes.length);
        batch.write('\n');
      }
      if (batch.size() == 0) {
        writing = false;
      }
      changed.signalAll();
      return batch.size() > 0;
    } finally {
      lock.unlock();
    }
  }

  /** The life of a thread that does nothing but write, until the outbox is finished or closed. */
  void writeUntilClosed() {
    while (awaitWork()) {
      if (flush() != null) {
        return;
      }
    }
  }

  private boolean awaitWork() {
    lock.lock();
    try {
      while (queue.isEmpty() && !finishing && closed == null) {
        changed.awaitUninterruptibly();
      }
      return closed == null && !queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more lines; those that are there may still be written. Waits for that, bounded. */
  boolean finish(long waitNanos) {
    lock.lock();
    try {
      finishing = true;
      changed.signalAll();
      long left = waitNanos;
      while ((writing || !queue.isEmpty()) && closed == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !writing && queue.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
      close("it was closed");
    }
  }

  /** Gives up all that is not sent. */
  void close(String reason) {
    lock.lock();
    try {
      if (closed == null) {
        closed = reason;
      }
      for (Line line : queue) {
        line.fate = Fate.NEVER;
      }
      queue.clear();
      queuedBytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
