// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.nio.charset.StandardCharsets;

/** Writes the events of {@code text/event-stream}. The JSON of a message has no line ends. */
final class ServerSentEvents {
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private ServerSentEvents() {}

  /** An event that carries one message. */
  static byte[] message(byte[] json) {
    return event(new byte[0], json);
  }

  /** An event that carries one message and can be resumed after. */
  static byte[] message(String id, byte[] json) {
    return event(("id: " + id + "\n").getBytes(StandardCharsets.US_ASCII), json);
  }

  /** An event without a message: it makes a stream resumable from its beginning. */
  static byte[] priming(String id) {
    return ("id: " + id + "\ndata: \n\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Tells how long to wait before coming back to a stream that is about to be closed. */
  static byte[] retry(long millis) {
    return ("retry: " + millis + "\n\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** A comment, which readers skip: it shows the one end that the other is still there. */
  static byte[] keepAlive() {
    return KEEP_ALIVE.clone();
  }

  private static byte[] event(byte[] head, byte[] json) {
    byte[] event = new byte[head.length + DATA.length + json.length + END.length];
    System.arraycopy(head, 0, event, 0, head.length);
    System.arraycopy(DATA, 0, event, head.length, DATA.length);
    System.arraycopy(json, 0, event, head.length + DATA.length, json.length);
    System.arraycopy(END, 0, event, event.length - END.length, END.length);
    return event;
  }
}
