// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}} and {@code ${NAME:-default}} by variables of the environment; two dollar
 * signs before a brace stand for one plain one and the brace. What comes out is not looked at
 * again.
 *
 * @param environment the variables
 */
record Expansion(Map<String, String> environment) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String OPEN = "${";

  /** Why a text cannot be expanded; without the text. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }
  }

  String expand(String text) throws Failed {
    StringBuilder expanded = new StringBuilder();
    int done = 0;
    for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, done)) {
      if (open > done && text.charAt(open - 1) == '$') {
        expanded.append(text, done, open - 1).append(OPEN);
        done = open + OPEN.length();
        continue;
      }
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new Failed("\"${\" has no \"}\". Close it, or write $${ for a plain ${.");
      }
      expanded.append(text, done, open).append(value(text.substring(open + OPEN.length(), close)));
      done = close + 1;
    }
    return expanded.append(text, done, text.length()).toString();
  }

  private String value(String reference) throws Failed {
    int colon = reference.indexOf(":-");
    String name = colon < 0 ? reference : reference.substring(0, colon);
    if (!NAME.matcher(name).matches()) {
      throw new Failed(
          "between \"${\" and \"}\" there has to be the name of an environment variable, as in"
              + " ${NAME} or ${NAME:-default}. Write $${ for a plain ${.");
    }
    String value = environment.getOrDefault(name, "");
    if (!value.isEmpty()) {
      return value;
    }
    if (colon >= 0) {
      return reference.substring(colon + 2);
    }
    if (environment.containsKey(name)) {
      return "";
    }
    throw new Failed(
        "the environment variable "
            + name
            + " is not set. Set it, or write ${"
            + name
            + ":-default}.");
  }
}
