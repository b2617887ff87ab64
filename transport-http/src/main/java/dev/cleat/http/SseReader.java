// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code text/event-stream}, as the WHATWG defines it, from bytes in pieces of any size.
 *
 * <p>Holds one line and one event, each of a bounded length; what is longer is skipped up to the
 * next empty line. An event that the stream ends within is dropped. Not thread-safe.
 */
final class SseReader {
  /** An id is repeated in a request header; what is longer than this is not kept. */
  private static final int MAX_ID_CHARS = 1_024;

  /** A line is a field name and a colon longer than the data in it. */
  private static final int FIELD_NAME_BYTES = 64;

  private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** Takes what was read. */
  interface Sink {
    /**
     * One event.
     *
     * @param type empty when the stream gives none, which means {@code message}
     * @param data UTF-8, lines parted by a line feed; empty for an event that only carries an id
     */
    void event(String type, byte[] data);

    /** An event was longer than the bound and is skipped. */
    void tooLong();
  }

  private final int maxBytes;
  private final Sink sink;

  private byte[] line = new byte[256];
  private int lineLength;
  private boolean lineTooLong;
  private boolean afterCr;
  private int bomBytes;

  private byte[] data = new byte[256];
  private int dataLength;
  private boolean hasData;
  private boolean eventTooLong;
  private String type = "";
  private @Nullable String idInEvent;

  private @Nullable String lastId;
  private long retryMillis = -1;

  /**
   * @param maxBytes the longest data of one event
   */
  SseReader(int maxBytes, Sink sink) {
    this.maxBytes = maxBytes;
    this.sink = sink;
  }

  /** The id of the last event that had one; null while none had. */
  @Nullable String lastId() {
    return lastId;
  }

  /**
   * How long the server wants to be left alone after this stream, in milliseconds; -1 if unsaid.
   */
  long retryMillis() {
    return retryMillis;
  }

  /** How much memory it holds, in bytes. */
  int heldBytes() {
    return line.length + data.length;
  }

  /** Reads all of a buffer. */
  void read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (bomBytes < BOM.length && skipsBom(next)) {
        continue;
      }
      if (next == '\n' && afterCr) {
        afterCr = false;
        continue;
      }
      afterCr = next == '\r';
      if (next == '\n' || next == '\r') {
        endLine();
      } else {
        append(next);
      }
    }
  }

  /** Whether this byte belongs to a byte order mark; one that turns out to be none is a text. */
  private boolean skipsBom(byte next) {
    if (next == BOM[bomBytes]) {
      bomBytes++;
      return true;
    }
    for (int i = 0; i < bomBytes; i++) {
      append(BOM[i]);
    }
    bomBytes = BOM.length;
    return false;
  }

  private void append(byte next) {
    if (lineLength == line.length) {
      if (lineLength >= (long) maxBytes + FIELD_NAME_BYTES) {
        lineTooLong = true;
      } else {
        line = Arrays.copyOf(line, grown(line.length, (long) maxBytes + FIELD_NAME_BYTES));
      }
    }
    if (!lineTooLong) {
      line[lineLength++] = next;
    }
  }

  private void endLine() {
    if (lineTooLong) {
      skipEvent();
    } else if (lineLength == 0) {
      endEvent();
    } else if (!eventTooLong) {
      field();
    }
    lineLength = 0;
    lineTooLong = false;
  }

  private void field() {
    int colon = 0;
    while (colon < lineLength && line[colon] != ':') {
      colon++;
    }
    int value = Math.min(colon + 1, lineLength);
    if (value < lineLength && line[value] == ' ') {
      value++;
    }
    if (isField("data", colon)) {
      addData(value);
    } else if (isField("event", colon)) {
      type = text(value);
    } else if (isField("id", colon)) {
      String id = text(value);
      if (id.length() <= MAX_ID_CHARS && id.chars().allMatch(c -> c >= ' ' && c <= '~')) {
        idInEvent = id;
      }
    } else if (isField("retry", colon)) {
      retry(text(value));
    }
  }

  private void addData(int value) {
    int length = lineLength - value;
    int needed = dataLength + length + (hasData ? 1 : 0);
    if (needed > maxBytes) {
      skipEvent();
      return;
    }
    if (needed > data.length) {
      data = Arrays.copyOf(data, Math.max(needed, grown(data.length, maxBytes)));
    }
    if (hasData) {
      data[dataLength++] = '\n';
    }
    System.arraycopy(line, value, data, dataLength, length);
    dataLength += length;
    hasData = true;
  }

  private void retry(String text) {
    // More than nine digits would be weeks.
    if (!text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      retryMillis = Long.parseLong(text);
    }
  }

  private void skipEvent() {
    if (!eventTooLong) {
      eventTooLong = true;
      dataLength = 0;
      sink.tooLong();
    }
  }

  private void endEvent() {
    String id = idInEvent;
    if (id != null) {
      lastId = id.isEmpty() ? null : id;
    }
    byte[] whole = Arrays.copyOf(data, dataLength);
    boolean wanted = hasData && !eventTooLong;
    String ofType = type;
    dataLength = 0;
    hasData = false;
    eventTooLong = false;
    type = "";
    idInEvent = null;
    if (wanted) {
      sink.event(ofType, whole);
    }
  }

  private boolean isField(String name, int length) {
    if (length != name.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (line[i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String text(int from) {
    return new String(line, from, lineLength - from, StandardCharsets.UTF_8);
  }

  private static int grown(int length, long most) {
    return (int) Math.min(2L * length, Math.max(most, length + 1L));
  }
}
