// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lines that wait to be written, and who writes them: whoever finds no other writer takes all
 * that is there and writes it at once. Or a writer of its own does, so that a peer that does not
 * read never blocks a sender; then a sender only writes what the peer's pipe has room for.
 *
 * <p>A line counts as sent from the moment it is taken, under the lock, before its first byte goes
 * to the stream; before that it can be withdrawn. The lock is never held over I/O.
 */
final class Outbox {
  private static final Logger LOG = System.getLogger(Outbox.class.getName());

  /** So much goes to the stream in one write: the size of a pipe. */
  private static final int BATCH_BYTES = 64 << 10;

  /** Room for common batches; for larger ones it grows. */
  private static final int FIRST_BYTES = 1 << 10;

  private enum Fate {
    QUEUED,
    SENT,
    NEVER
  }

  private final OutputStream out;
  private final int maxQueuedBytes;
  private final long maxWaitNanos;
  private final @Nullable PipeRoom room;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Told apart from the above, because waking the writer for nothing costs as much as writing.
  private final Condition work = lock.newCondition();
  // All below: guarded by lock.
  private final Deque<Line> queue = new ArrayDeque<>();
  private boolean writing;
  private boolean finishing;
  private @Nullable String closed;

  // Written under the lock; read without it where an older value does no harm.
  private volatile long queuedBytes;

  // Used by the one who is writing, and by nobody else.
  private ByteArrayOutputStream batch = new ByteArrayOutputStream(FIRST_BYTES);

  private Outbox(OutputStream out, Limits limits, @Nullable PipeRoom room) {
    this.out = out;
    this.room = room;
    maxQueuedBytes = limits.maxQueuedBytes();
    maxWaitNanos = limits.callTimeout().toNanos();
  }

  /** One whose senders write, and may be blocked by a peer that does not read. */
  static Outbox writtenBySenders(OutputStream out, Limits limits) {
    return new Outbox(out, limits, null);
  }

  /** One that needs a thread in {@link #writeUntilClosed}. */
  static Outbox withWriter(OutputStream out, Limits limits) {
    return new Outbox(out, limits, new PipeRoom());
  }

  boolean hasWriter() {
    return room != null;
  }

  private final class Line implements Connection.Receipt {
    private final byte[] bytes;
    private final @Nullable Object requestId;
    // Guarded by lock.
    private Fate fate = Fate.QUEUED;

    Line(byte[] bytes, @Nullable Object requestId) {
      this.bytes = bytes;
      this.requestId = requestId;
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
          queuedBytes = queuedBytes - bytes.length - 1;
          changed.signalAll();
        }
        return fate == Fate.NEVER;
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Puts a line at the end, and waits first while too much is there. It is written once somebody
   * pushes.
   *
   * @param requestId of the request that the line is, which the peer may answer; else null
   */
  Connection.Receipt add(byte[] bytes, @Nullable Object requestId, boolean mayWait) {
    Line line = new Line(bytes, requestId);
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
      queuedBytes = queuedBytes + bytes.length + 1;
      return line;
    } finally {
      lock.unlock();
    }
  }

  /** Whether so much waits already that a writer can be kept busy with it. */
  boolean hasBatch() {
    return queuedBytes >= BATCH_BYTES;
  }

  /** Whether so much waits that a sender has to wait too. */
  boolean isFull() {
    return queuedBytes > maxQueuedBytes;
  }

  /** The peer has answered that request, so it has read all up to there. */
  void hasRead(Object requestId) {
    if (room != null) {
      lock.lock();
      try {
        room.hasRead(requestId);
      } finally {
        lock.unlock();
      }
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

  /** Sees to it that what is there is written: here, or by who writes already, or the writer. */
  void push() {
    if (room == null) {
      boolean unused = flush();
    } else if (beginWithin(room) && write()) {
      // Just what there was room for: what has been added since is for the writer.
      doneWriting();
    }
  }

  /** Writes what is there, unless somebody does already. False when the output is gone. */
  boolean flush() {
    if (!begin()) {
      return true;
    }
    while (take()) {
      if (!write()) {
        return false;
      }
    }
    return true;
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

  /** Takes all there is, when the pipe has room for it; else leaves it to the writer. */
  private boolean beginWithin(PipeRoom known) {
    lock.lock();
    try {
      if (writing || queue.isEmpty()) {
        return false;
      }
      if (!known.takes(queuedBytes)) {
        work.signal();
        return false;
      }
      writing = true;
      return take();
    } finally {
      lock.unlock();
    }
  }

  private void doneWriting() {
    lock.lock();
    try {
      writing = false;
      if (queue.isEmpty()) {
        changed.signalAll();
      } else {
        work.signal();
      }
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
        queuedBytes = queuedBytes - line.bytes.length - 1;
        line.fate = Fate.SENT;
        batch.write(line.bytes, 0, line.bytes.length);
        batch.write('\n');
        if (room != null) {
          room.wrote(line.bytes.length + 1, line.requestId);
        }
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

  private boolean write() {
    try {
      batch.writeTo(out);
      out.flush();
      if (batch.size() > BATCH_BYTES) {
        // One long line must not cost its size for the rest of the connection's life.
        batch = new ByteArrayOutputStream(FIRST_BYTES);
      } else {
        batch.reset();
      }
      return true;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "A peer's input is gone", e);
      close("its output is gone: " + e.getMessage());
      return false;
    }
  }

  /** The life of a thread that does nothing but write, until the outbox is finished or closed. */
  void writeUntilClosed() {
    while (awaitWork()) {
      if (!flush()) {
        return;
      }
    }
  }

  private boolean awaitWork() {
    lock.lock();
    try {
      while (closed == null && (queue.isEmpty() ? !finishing : writing)) {
        work.awaitUninterruptibly();
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
      work.signalAll();
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
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
