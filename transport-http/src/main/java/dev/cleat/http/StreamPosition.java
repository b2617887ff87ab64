// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import org.jspecify.annotations.Nullable;

/**
 * Where a client wants to go on: the id of the last event that it saw, {@code stream-event}.
 *
 * @param stream the number of the stream in its session
 * @param event the number of the event in its stream; below 0 for a new beginning
 */
record StreamPosition(int stream, long event) {
  static final long NEW = -1;

  /** Longer ids are none of ours. */
  private static final int MAX_CHARS = 30;

  /**
   * What the header says; the beginning of the unsolicited stream without one; null for nonsense.
   */
  static @Nullable StreamPosition parse(@Nullable String header) {
    if (header == null) {
      return new StreamPosition(SessionStream.UNSOLICITED, NEW);
    }
    int dash = header.indexOf('-');
    if (dash <= 0 || header.length() > MAX_CHARS) {
      return null;
    }
    try {
      long event = Long.parseLong(header.substring(dash + 1));
      return event < 0
          ? null
          : new StreamPosition(Integer.parseInt(header.substring(0, dash)), event);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
