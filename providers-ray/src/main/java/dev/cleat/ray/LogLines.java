// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts the bytes of a log into lines, however they arrive, in memory for one line of bounded
 * length.
 *
 * <p>Lines end at {@code \n}; a {@code \r} before it is part of the end, and a lone one starts the
 * line over, as a terminal shows it: of a progress bar its last state stays. What of a line is over
 * the bound is counted and said, and never cuts a character in two. Bytes that are not UTF-8 become
 * U+FFFD. Escape sequences are taken out.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class LogLines {
  /**
   * One line of a log.
   *
   * @param text what of it is kept, without terminal control
   * @param missingBytes how many bytes of it are not in the text
   * @param open whether it may go on behind what was read
   */
  record Line(String text, long missingBytes, boolean open) {
    /** The text, with what is missing said. */
    String shown() {
      if (missingBytes == 0 && !open) {
        return text;
      }
      String least = open ? "at least " : "";
      return text + " … [" + least + missingBytes + " more bytes in this line]";
    }

    /** The same with another text. */
    Line withText(String other) {
      return new Line(other, missingBytes, open);
    }
  }

  private final byte[] kept;
  private final Consumer<Line> sink;
  private int length;
  private long missing;
  private boolean returned;
  private boolean begun;
  private long bytesRead;

  LogLines(int maxLineBytes, Consumer<Line> sink) {
    this.kept = new byte[maxLineBytes];
    this.sink = sink;
  }

  /** Takes all that is left in the buffer. */
  void feed(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      bytesRead++;
      take(bytes.get());
    }
  }

  /** Gives the last line out if what was read does not end with a line's end. */
  void finish(boolean cut) {
    if (begun) {
      end(cut);
    }
  }

  /** How many bytes were taken; while a line is given out, those up to its end. */
  long bytesRead() {
    return bytesRead;
  }

  private void take(byte b) {
    if (b == '\n') {
      end(false);
      return;
    }
    begun = true;
    if (b == '\r') {
      returned = true;
      return;
    }
    if (returned) {
      returned = false;
      length = 0;
      missing = 0;
    }
    if (missing == 0 && length < kept.length) {
      kept[length++] = b;
    } else {
      missing++;
    }
  }

  private void end(boolean open) {
    int whole = missing == 0 && !open ? length : wholeCharacters();
    String text = new String(kept, 0, whole, StandardCharsets.UTF_8);
    sink.accept(new Line(AnsiText.plain(text), missing + length - whole, open));
    length = 0;
    missing = 0;
    returned = false;
    begun = false;
  }

  // How many of the kept bytes are left when a character that the bound cut in two is left out.
  private int wholeCharacters() {
    for (int back = 1; back <= 3 && back <= length; back++) {
      int b = kept[length - back] & 0xff;
      if (b >= 0xc2 && b <= 0xf4) {
        int wanted = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return wanted > back ? length - back : length;
      }
      if (b < 0x80 || b > 0xbf) {
        return length;
      }
    }
    return length;
  }

  /** The lines of a whole text, for what is in memory already. */
  static void of(String text, Consumer<Line> sink) {
    LogLines lines = new LogLines(Bounds.LINE_BYTES, sink);
    lines.feed(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    lines.finish(false);
  }
}
