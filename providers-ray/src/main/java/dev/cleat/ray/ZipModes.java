// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntUnaryOperator;

/**
 * Writes Unix file modes into the directory of a zip, which Java's own writer leaves out and Ray
 * restores when it unpacks. Offsets are those of the format's description (APPNOTE.TXT 4.3.12 and
 * 4.3.16), for archives without a comment and below the limits of the first format.
 */
final class ZipModes {
  private static final int END_BYTES = 22;
  private static final int END_COUNT = 10;
  private static final int END_DIRECTORY = 16;
  private static final int ENTRY_BYTES = 46;
  private static final int ENTRY_MADE_BY = 4;
  private static final int ENTRY_NAME = 28;
  private static final int ENTRY_EXTRA = 30;
  private static final int ENTRY_COMMENT = 32;
  private static final int ENTRY_ATTRIBUTES = 38;
  // Unix, version 2.0.
  private static final short MADE_BY = (3 << 8) | 20;
  private static final int REGULAR_FILE = 0100000;

  private ZipModes() {}

  /** Sets the mode of each entry, by its number. */
  static void set(Path zip, IntUnaryOperator modes) throws IOException {
    try (SeekableByteChannel channel =
        Files.newByteChannel(zip, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer end = read(channel, channel.size() - END_BYTES, END_BYTES);
      int count = Short.toUnsignedInt(end.getShort(END_COUNT));
      long at = Integer.toUnsignedLong(end.getInt(END_DIRECTORY));
      for (int i = 0; i < count; i++) {
        ByteBuffer entry = read(channel, at, ENTRY_BYTES);
        entry.putShort(ENTRY_MADE_BY, MADE_BY);
        entry.putInt(ENTRY_ATTRIBUTES, (REGULAR_FILE | modes.applyAsInt(i)) << 16);
        channel.position(at);
        while (entry.hasRemaining()) {
          channel.write(entry);
        }
        at +=
            ENTRY_BYTES
                + Short.toUnsignedInt(entry.getShort(ENTRY_NAME))
                + Short.toUnsignedInt(entry.getShort(ENTRY_EXTRA))
                + Short.toUnsignedInt(entry.getShort(ENTRY_COMMENT));
      }
    }
  }

  private static ByteBuffer read(SeekableByteChannel channel, long at, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(at);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
    }
    return buffer.flip();
  }
}
