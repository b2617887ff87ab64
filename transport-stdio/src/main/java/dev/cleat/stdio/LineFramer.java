// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines of a bounded length. Longer ones are skipped whole, and
 * reported.
 *
 * <p>Used by one thread at a time. After {@link #next} has returned a line, its bytes lie in {@link
 * #buffer()} until the next call of {@link #next} or {@link #fill}.
 */
final class LineFramer {
  /** What {@link #next} found. */
  enum Found {
    /** A line, from {@link #offset()}, {@link #length()} bytes long without its end. */
    LINE,
    /** The end of a line that was too long and is gone. */
    TOO_LONG,
    /** No end of a line so far. */
    NOTHING
  }

  private static final int FIRST_SIZE = 16 << 10;

  private final int maxLine;
  private byte[] buffer = new byte[FIRST_SIZE];
  private int start;
  private int scanned;
  private int end;
  private int offset;
  private int length;
  private boolean skipping;

  LineFramer(int maxLineBytes) {
    maxLine = maxLineBytes;
  }

  /** Looks for the next line in what has been read. */
  Found next() {
    for (int i = scanned; i < end; i++) {
      if (buffer[i] == '\n') {
        offset = start;
        length = i - start;
        start = i + 1;
        scanned = start;
        if (skipping || length > maxLine) {
          skipping = false;
          return Found.TOO_LONG;
        }
        if (length > 0 && buffer[offset + length - 1] == '\r') {
          length--;
        }
        return Found.LINE;
      }
    }
    scanned = end;
    if (end - start > maxLine) {
      // What is too long already need not be kept, only its end be found.
      skipping = true;
      start = end;
    }
    return Found.NOTHING;
  }

  /** Whether a whole line waits in the buffer. */
  boolean hasLine() {
    for (int i = scanned; i < end; i++) {
      if (buffer[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  /** Reads more; blocks until there is some. False at the end of the stream. */
  boolean fill(InputStream in) throws IOException {
    makeRoom();
    int read = in.read(buffer, end, buffer.length - end);
    if (read > 0) {
      end += read;
    }
    return read >= 0;
  }

  byte[] buffer() {
    return buffer;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  private void makeRoom() {
    if (start == end) {
      start = 0;
      scanned = 0;
      end = 0;
      if (buffer.length > FIRST_SIZE) {
        // One long line must not cost its size for the rest of the connection's life.
        buffer = new byte[FIRST_SIZE];
      }
    } else if (end == buffer.length) {
      if (start > 0) {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        scanned -= start;
        start = 0;
      } else {
        buffer = Arrays.copyOf(buffer, (int) Math.min(maxLine + 2L, 2L * buffer.length));
      }
    }
  }
}
