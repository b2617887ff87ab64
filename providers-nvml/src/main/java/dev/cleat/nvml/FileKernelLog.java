// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/**
 * A kernel log that somebody wrote to a file: {@code dmesg}, a journal as text, or kmsg records. Of
 * a long one the end is read.
 */
final class FileKernelLog implements KernelLog {

  static final int MOST_BYTES = 8 << 20;
  private static final int PROBE_BYTES = 4_096;

  private final Path path;

  FileKernelLog(Path path) {
    this.path = path;
  }

  @Override
  public Content read(Instant now) throws Unreadable {
    if (!Files.exists(path)) {
      throw new Unreadable(
          "The kernel log " + path + " does not exist.",
          "Set providers.nvml.kernelLog to a file with the output of dmesg or journalctl -k.");
    }
    if (!Files.isRegularFile(path)) {
      throw new Unreadable(
          path + " is not a regular file, and this build reads only those.",
          "Write the log to a file first (dmesg > FILE) and set providers.nvml.kernelLog to it.");
    }
    KernelLogLines lines = new KernelLogLines(now, Optional.empty());
    ByteBuffer bytes;
    try {
      bytes = tail(lines);
    } catch (IOException | SecurityException e) {
      throw new Unreadable(
          "The kernel log " + path + " cannot be read: " + e.getClass().getSimpleName() + ".",
          "Give this process permission to read it.");
    }
    if (isBinary(bytes)) {
      throw new Unreadable(
          path + " is not text, so it is no kernel log that can be read here.",
          "A journal in its own format is turned into text by journalctl -k.");
    }
    feed(lines, bytes);
    return lines.content("file " + path);
  }

  private ByteBuffer tail(KernelLogLines lines) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long skip = Math.max(0, file.size() - MOST_BYTES);
      if (skip > 0) {
        lines.note(
            "Only the last "
                + (MOST_BYTES >> 20)
                + " MiB of the file were read; "
                + skip
                + " bytes before them were not.");
      }
      // Files of /proc have no size, and a log may grow meanwhile: the buffer bounds what is read,
      // not the size.
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.min(MOST_BYTES, Math.max(file.size(), 1 << 20)));
      file.position(skip);
      while (buffer.hasRemaining() && file.read(buffer) >= 0) {
        continue;
      }
      buffer.flip();
      if (skip > 0) {
        while (buffer.hasRemaining() && buffer.get() != '\n') {
          continue;
        }
      }
      return buffer.slice();
    }
  }

  private static boolean isBinary(ByteBuffer bytes) {
    int probed = Math.min(PROBE_BYTES, bytes.remaining());
    int strange = 0;
    for (int i = 0; i < probed; i++) {
      int b = bytes.get(i) & 0xff;
      strange += b < 0x20 && b != '\n' && b != '\t' && b != '\r' && b != 0x1b || b == 0xff ? 1 : 0;
    }
    return strange * 10 > probed;
  }

  private static void feed(KernelLogLines lines, ByteBuffer bytes) {
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    int start = 0;
    for (int i = 0; i <= array.length; i++) {
      if (i == array.length || array[i] == '\n') {
        int end = i > start && array[i - 1] == '\r' ? i - 1 : i;
        // A byte is at least a char: no more bytes than chars are wanted, plus what shows that the
        // line is too long.
        int length = Math.min(end - start, 4 * KernelLogLines.MOST_LINE_CHARS + 4);
        lines.add(new String(array, start, length, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
  }
}
