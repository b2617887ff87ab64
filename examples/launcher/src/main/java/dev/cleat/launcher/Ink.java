// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.util.ArrayList;
import java.util.List;

/**
 * Colours, where somebody sees them, and lines that fit a terminal.
 *
 * @param colour whether there are colours
 */
record Ink(boolean colour) {
  /** How wide a terminal is at least. */
  static final int WIDTH = 80;

  String strong(String text) {
    return in("1", text);
  }

  String faint(String text) {
    return in("2", text);
  }

  String good(String text) {
    return in("32", text);
  }

  String bad(String text) {
    return in("1;31", text);
  }

  String notable(String text) {
    return in("33", text);
  }

  private String in(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /** Foreign text without what would steer a terminal. */
  static String safe(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) && c != '\n' && c != '\t' ? '\uFFFD' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The text in lines of at most that width, broken between words. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** The text over as many lines as it takes, all but the first of them indented. */
  static String hanging(String text, int indent) {
    return String.join("\n" + " ".repeat(indent), wrap(text, WIDTH - indent));
  }

  /** The text, cut where it does not fit. */
  static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
  }
}
