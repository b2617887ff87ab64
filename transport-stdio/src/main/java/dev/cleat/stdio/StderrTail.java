// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads a child's error output to its end, whatever it holds, and keeps the last lines. Belongs to
 * one child: an abandoned one touches nothing of the next.
 */
final class StderrTail {
  private static final Logger LOG = System.getLogger(StderrTail.class.getName());

  private final String label;
  private final InputStream in;
  private final int maxLines;
  private final int maxLineBytes;
  private final CountDownLatch ended = new CountDownLatch(1);

  // Guarded by itself.
  private final Deque<String> lines = new ArrayDeque<>();

  StderrTail(String label, InputStream in, Limits limits) {
    this.label = label;
    this.in = in;
    maxLines = limits.stderrLines();
    maxLineBytes = limits.stderrLineBytes();
  }

  void start() {
    Thread thread = new Thread(this::drain, "cleat-" + label + "-stderr");
    thread.setDaemon(true);
    thread.start();
  }

  /** The last lines, after waiting a moment for what is still in the pipe. */
  String lastLines(int count, long waitMillis) {
    try {
      boolean complete = ended.await(waitMillis, TimeUnit.MILLISECONDS);
      LOG.log(Level.TRACE, () -> label + " stderr complete: " + complete);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (lines) {
      return String.join("\n", lines.stream().skip(Math.max(0, lines.size() - count)).toList());
    }
  }

  private void drain() {
    byte[] chunk = new byte[8 << 10];
    byte[] line = new byte[maxLineBytes];
    int length = 0;
    try (in) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        for (int i = 0; i < read; i++) {
          if (chunk[i] == '\n') {
            keep(line, length);
            length = 0;
          } else if (length < maxLineBytes) {
            line[length++] = chunk[i];
          }
        }
      }
    } catch (IOException closed) {
      LOG.log(Level.TRACE, () -> label + " stderr: " + closed.getMessage());
    } finally {
      if (length > 0) {
        keep(line, length);
      }
      ended.countDown();
    }
  }

  private void keep(byte[] line, int length) {
    String text = new String(line, 0, length, StandardCharsets.UTF_8).stripTrailing();
    LOG.log(Level.DEBUG, () -> label + " says: " + text);
    synchronized (lines) {
      if (lines.size() == maxLines) {
        lines.removeFirst();
      }
      lines.addLast(text);
    }
  }
}
