// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Optional;

/**
 * Finds pieces of a line by searching forward only, so that no text takes more than time linear in
 * its length.
 */
final class Scan {

  private Scan() {}

  /**
   * What stands between {@code before} and the next of {@code ends} (or the end of the text), if
   * {@code before} is there.
   */
  static Optional<String> between(String text, String before, String ends) {
    int start = text.indexOf(before);
    return start < 0 ? Optional.empty() : upTo(text, start + before.length(), ends);
  }

  /** As {@link #between}, but {@code before} must be a word of its own. */
  static Optional<String> afterWord(String text, String before, String ends) {
    for (int at = text.indexOf(before); at >= 0; at = text.indexOf(before, at + 1)) {
      if (at == 0
          || !Character.isLetterOrDigit(text.charAt(at - 1)) && text.charAt(at - 1) != '-') {
        return upTo(text, at + before.length(), ends);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> upTo(String text, int start, String ends) {
    int end = start;
    while (end < text.length() && ends.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end == start ? Optional.empty() : Optional.of(text.substring(start, end));
  }

  static Optional<Integer> integer(String digits) {
    boolean negative = digits.startsWith("-");
    Optional<Long> number = KmsgFrame.number(negative ? digits.substring(1) : digits);
    return number
        .filter(value -> value <= Integer.MAX_VALUE)
        .map(value -> negative ? -value.intValue() : value.intValue());
  }

  /** A word of hexadecimal digits, with or without {@code 0x}. */
  static boolean isHex(String word) {
    String digits = word.startsWith("0x") ? word.substring(2) : word;
    return !digits.isEmpty()
        && digits.length() <= 16
        && digits.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
  }

  /** Where the run of decimal digits that begins at {@code start} ends. */
  static int digitsEnd(String text, int start) {
    int end = start;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }
}
