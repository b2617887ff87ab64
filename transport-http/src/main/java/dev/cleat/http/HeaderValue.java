// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Text as the value of an MCP header: as it is when it is plain, else {@code =?base64?…?=} around
 * the Base64 of its UTF-8.
 */
final class HeaderValue {
  private static final String OPEN = "=?base64?";
  private static final String CLOSE = "?=";

  private HeaderValue() {}

  /** A value that is fit for a header and decodes to the text. */
  static String encode(String text) {
    if (isPlain(text)) {
      return text;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return OPEN + Base64.getEncoder().encodeToString(utf8) + CLOSE;
  }

  /**
   * The text that a value stands for.
   *
   * @throws IllegalArgumentException when it looks wrapped, and inside is no Base64 of UTF-8
   */
  static String decode(String value) {
    String trimmed = value.strip();
    if (!isWrapped(trimmed)) {
      return trimmed;
    }
    String inside = trimmed.substring(OPEN.length(), trimmed.length() - CLOSE.length());
    try {
      byte[] utf8 = Base64.getDecoder().decode(inside);
      // The decoder forgives missing padding, and two values would stand for one text.
      if (!Base64.getEncoder().encodeToString(utf8).equals(inside)) {
        throw new IllegalArgumentException("without its padding");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not the Base64 of UTF-8", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is not Base64", e);
    }
  }

  private static boolean isWrapped(String value) {
    return value.length() >= OPEN.length() + CLOSE.length()
        && value.regionMatches(true, 0, OPEN, 0, OPEN.length())
        && value.endsWith(CLOSE);
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    boolean outerBlanks = text.startsWith(" ") || text.endsWith(" ");
    return !text.isEmpty() && !outerBlanks && !isWrapped(text);
  }
}
