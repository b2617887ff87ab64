// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

/** Takes terminal control out of text that a workload wrote. */
final class AnsiText {
  private static final char ESC = '\u001b';
  private static final char CSI = '\u009b';
  private static final char BEL = '\u0007';
  private static final char REPLACEMENT = '\ufffd';

  private AnsiText() {}

  /**
   * The text without escape sequences, whole or cut off at its end, and with every other control
   * character but the tab replaced.
   */
  static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ESC) {
        at = afterEscape(text, at + 1);
      } else if (c == CSI) {
        at = afterControlSequence(text, at + 1);
      } else {
        plain.append(Character.isISOControl(c) && c != '\t' ? REPLACEMENT : c);
        at++;
      }
    }
    return plain.toString();
  }

  private static int afterEscape(String text, int at) {
    if (at >= text.length()) {
      return at;
    }
    return switch (text.charAt(at)) {
      case '[' -> afterControlSequence(text, at + 1);
      case ']', 'P', 'X', '^', '_' -> afterString(text, at + 1);
      case '(', ')', '*', '+', '-', '.', '/', '#', '%', ' ' -> Math.min(at + 2, text.length());
      default -> text.charAt(at) >= 0x30 && text.charAt(at) <= 0x7e ? at + 1 : at;
    };
  }

  // Parameters and intermediates are 0x20 to 0x3f, the final one 0x40 to 0x7e; anything else ends
  // a broken sequence and is text.
  private static int afterControlSequence(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= 0x20 && text.charAt(at) <= 0x3f) {
      at++;
    }
    boolean ended = at < text.length() && text.charAt(at) >= 0x40 && text.charAt(at) <= 0x7e;
    return ended ? at + 1 : at;
  }

  // Up to BEL or ESC backslash. One that never ends takes nothing with it but its introducer.
  private static int afterString(String text, int from) {
    for (int at = from; at < text.length(); at++) {
      if (text.charAt(at) == BEL) {
        return at + 1;
      }
      if (text.charAt(at) == ESC) {
        boolean terminator = at + 1 < text.length() && text.charAt(at + 1) == '\\';
        return terminator ? at + 2 : at;
      }
    }
    return from;
  }
}
