// SPDX-License-Identifier: Apache-2.0
package dev.cleat.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes from one thread to another, as through a pipe of the operating system: bounded, not
 * interruptible, and blind to which threads live (unlike {@link java.io.PipedInputStream}).
 */
final class Pipe {
  private static final int CAPACITY = 64 << 10;

  private final byte[] ring = new byte[CAPACITY];
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private int from;
  private int size;
  private boolean closed;

  InputStream in() {
    return new In();
  }

  OutputStream out() {
    return new Out();
  }

  /** What has been written can still be read, then the end. Writing fails. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private int read(byte[] bytes, int offset, int length) {
    lock.lock();
    try {
      while (size == 0) {
        if (closed) {
          return -1;
        }
        changed.awaitUninterruptibly();
      }
      int count = Math.min(Math.min(length, size), CAPACITY - from);
      System.arraycopy(ring, from, bytes, offset, count);
      from = (from + count) % CAPACITY;
      size -= count;
      changed.signalAll();
      return count;
    } finally {
      lock.unlock();
    }
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    lock.lock();
    try {
      int written = 0;
      while (written < length) {
        while (size == CAPACITY && !closed) {
          changed.awaitUninterruptibly();
        }
        if (closed) {
          throw new IOException("The pipe is closed");
        }
        int to = (from + size) % CAPACITY;
        int count = Math.min(Math.min(length - written, CAPACITY - size), CAPACITY - to);
        System.arraycopy(bytes, offset + written, ring, to, count);
        size += count;
        written += count;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private final class In extends InputStream {
    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      return Pipe.this.read(bytes, offset, length);
    }
  }

  private final class Out extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      Pipe.this.write(bytes, offset, length);
    }
  }
}
