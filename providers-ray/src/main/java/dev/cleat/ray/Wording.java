// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;

/** Foreign text in our own sentences. */
final class Wording {
  private Wording() {}

  /** At most so many UTF-16 units, never half a character. */
  static String cut(String text, int maxChars) {
    if (text.length() <= maxChars) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars;
    return text.substring(0, end) + "…";
  }

  /** On one line, without control characters, cut. */
  static String oneLine(String text, int maxChars) {
    String printable = AnsiText.plain(text.replace('\n', ' ').replace('\r', ' '));
    return cut(printable.replaceAll("[ \\t]{2,}", " ").strip(), maxChars);
  }

  /** Such as {@code 1 h 5 min}, {@code 2 min 3 s}, {@code 4.2 s}. */
  static String span(Duration time) {
    long seconds = time.toSeconds();
    if (seconds >= 3600) {
      return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
    if (seconds >= 60) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return Math.round(Math.max(0, time.toMillis()) / 100.0) / 10.0 + " s";
  }

  /** Such as {@code 12 bytes}, {@code 3.4 KiB}, {@code 101.0 MiB}. */
  static String bytes(long bytes) {
    if (bytes < 1 << 10) {
      return count(bytes, "byte");
    }
    if (bytes < 1 << 20) {
      return tenths(bytes / 1024.0) + " KiB";
    }
    return bytes < 1 << 30
        ? tenths(bytes / 1024.0 / 1024.0) + " MiB"
        : tenths(bytes / 1024.0 / 1024.0 / 1024.0) + " GiB";
  }

  private static double tenths(double number) {
    return Math.round(number * 10) / 10.0;
  }

  /** Such as {@code 1 job}, {@code 3 jobs}, {@code 2 processes}. */
  static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : thing.endsWith("s") ? "es" : "s");
  }
}
