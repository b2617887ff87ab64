// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Words for error messages: foreign text made safe to show, and the nearest known name. */
public final class Text {
  private static final int SHOWN_CHARS = 80;

  private Text() {}

  /** Foreign text fit for a message: at most 80 characters, control characters escaped. */
  public static String shown(String text) {
    int end = Math.min(text.length(), SHOWN_CHARS);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        shown.append(c);
      }
    }
    return text.length() > end ? shown.append('…').toString() : shown.toString();
  }

  /** {@code Did you mean "x"?} with a leading blank, or nothing when no known name is near. */
  public static String didYouMean(String wrong, Collection<String> known) {
    return nearest(wrong, known).map(name -> " Did you mean \"" + name + "\"?").orElse("");
  }

  /** The known name with the fewest edits to the wrong one, when those are few enough. */
  public static Optional<String> nearest(String wrong, Collection<String> known) {
    if (wrong.length() > SHOWN_CHARS) {
      return Optional.empty();
    }
    String best = null;
    int fewest = Integer.MAX_VALUE;
    for (String name : known) {
      int edits = edits(normal(wrong), normal(name));
      if (edits < fewest) {
        fewest = edits;
        best = name;
      }
    }
    int allowed = Math.max(1, wrong.length() / 3);
    return best != null && fewest <= allowed ? Optional.of(best) : Optional.empty();
  }

  /** Case and word separators are the commonest slips, so they do not count. */
  private static String normal(String name) {
    return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
  }

  /** Levenshtein distance, row by row. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], above) + 1, diagonal + change);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
