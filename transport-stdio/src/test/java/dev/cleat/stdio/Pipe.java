// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Bytes from one thread to another, as through a pipe of the operating system: bounded, not
 * interruptible, and blind to which threads live (unlike {@link java.io.PipedInputStream}).
 */
final class Pipe {
  private static final int CAPACITY = 64 << 10;

  private final byte[] ring = new byte[CAPACITY];
  // Guarded by this.
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
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  private synchronized int read(byte[] bytes, int offset, int length) {
    while (size == 0) {
      if (closed) {
        return -1;
      }
      awaitChange();
    }
    int count = Math.min(Math.min(length, size), CAPACITY - from);
    System.arraycopy(ring, from, bytes, offset, count);
    from = (from + count) % CAPACITY;
    size -= count;
    notifyAll();
    return count;
  }

  private synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    int written = 0;
    while (written < length) {
      while (size == CAPACITY && !closed) {
        awaitChange();
      }
      if (closed) {
        throw new IOException("The pipe is closed");
      }
      int to = (from + size) % CAPACITY;
      int count = Math.min(Math.min(length - written, CAPACITY - size), CAPACITY - to);
      System.arraycopy(bytes, offset + written, ring, to, count);
      size += count;
      written += count;
      notifyAll();
    }
  }

  private void awaitChange() {
    boolean interrupted = Thread.interrupted();
    try {
      wait();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
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
