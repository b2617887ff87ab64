// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/**
 * Log text on its way into an answer. It was written by whoever could make the kernel print it, so
 * it is data: what cannot be seen, or changes how the rest is seen, is escaped, and no more than a
 * bound is passed on.
 */
final class LogText {

  private static final String CUT = "...";

  private LogText() {}

  /**
   * At most {@code most} characters of the text, with controls and invisible characters as <code>
   * \xNN</code>.
   */
  static String safe(String text, int most) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), most));
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      String shown = shown(point);
      if (out.length() + shown.length() > most - CUT.length()
          && i + Character.charCount(point) < text.length()) {
        return out.append(CUT).toString();
      }
      out.append(shown);
      i += Character.charCount(point);
    }
    return out.length() > most ? out.substring(0, most) : out.toString();
  }

  private static String shown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          point < 256 ? String.format("\\x%02x", point) : String.format("\\u{%x}", point);
      default -> Character.toString(point);
    };
  }
}
