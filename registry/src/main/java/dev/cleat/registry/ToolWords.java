// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The words of names and texts, in the form in which they are compared: {@code listRayJobs}, {@code
 * list_ray_jobs} and {@code List Ray jobs} have the same. Indexed texts and queries go through here
 * alike.
 */
final class ToolWords {
  /** Longer words are cut; what is longer is no word. */
  private static final int WORD_CHARS = 64;

  private final List<String> words = new ArrayList<>();
  private final String text;
  private final int most;

  private ToolWords(String text, int most) {
    this.text = text;
    this.most = most;
  }

  /**
   * Splits at everything that is neither letter nor digit, and where a capital begins a new word
   * within one; such a word is there as a whole too. Ideographs are words of their own.
   *
   * @param most how many words to take, from the begin of the text
   */
  static List<String> of(String text, int most) {
    return new ToolWords(text, most).split();
  }

  private List<String> split() {
    int begin = 0;
    while (begin < text.length() && words.size() < most) {
      int c = text.codePointAt(begin);
      int end = begin + Character.charCount(c);
      if (Character.isIdeographic(c)) {
        words.add(text.substring(begin, end));
      } else if (Character.isLetterOrDigit(c)) {
        end = endOfRun(end);
        run(begin, end);
        end = afterPossessive(end);
      }
      begin = end;
    }
    return words;
  }

  private int endOfRun(int from) {
    int end = from;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      if (Character.isIdeographic(c) || !isWithinWord(c)) {
        break;
      }
      end += Character.charCount(c);
    }
    return end;
  }

  private static boolean isWithinWord(int c) {
    int type = Character.getType(c);
    return Character.isLetterOrDigit(c)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  /** Skips the {@code 's} of {@code cluster's}, which is no word. */
  private int afterPossessive(int end) {
    boolean possessive =
        end + 1 < text.length()
            && (text.charAt(end) == '\'' || text.charAt(end) == '\u2019')
            && (text.charAt(end + 1) == 's' || text.charAt(end + 1) == 'S')
            && (end + 2 == text.length() || !Character.isLetterOrDigit(text.charAt(end + 2)));
    return possessive ? end + 2 : end;
  }

  /** Adds the words of a run of letters and digits. */
  private void run(int begin, int end) {
    int part = begin;
    for (int at = begin + 1; at < end; at++) {
      if (beginsWord(at, end)) {
        add(part, at);
        part = at;
      }
    }
    if (part > begin) {
      add(part, end);
    }
    add(begin, end);
  }

  /** Whether a capital here begins a word: {@code list|Jobs}, {@code XID|Errors}, {@code GPUs}. */
  private boolean beginsWord(int at, int end) {
    if (!Character.isUpperCase(text.charAt(at))) {
      return false;
    }
    char before = text.charAt(at - 1);
    if (Character.isLowerCase(before) || Character.isDigit(before)) {
      return true;
    }
    boolean lowerNext = at + 1 < end && Character.isLowerCase(text.charAt(at + 1));
    boolean plural = at + 2 == end && lowerNext && text.charAt(at + 1) == 's';
    return lowerNext && !plural;
  }

  private void add(int begin, int end) {
    if (words.size() < most) {
      int cut = Math.min(end, begin + WORD_CHARS);
      words.add(singular(text.substring(begin, cut).toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * Takes the plural ending off, after the "S stemmer" of D. Harman, "How effective is suffixing?"
   * (JASIS 42, 1991), somewhat blunter: it does not matter what is left of a word that is no plural
   * as long as it is the same everywhere.
   */
  static String singular(String word) {
    int length = word.length();
    if (length < 3 || !word.endsWith("s") || word.endsWith("ss")) {
      return word;
    }
    if (length > 4 && word.endsWith("ies")) {
      return word.substring(0, length - 3) + "y";
    }
    if (length > 4
        && (word.endsWith("sses")
            || word.endsWith("xes")
            || word.endsWith("ches")
            || word.endsWith("shes"))) {
      return word.substring(0, length - 2);
    }
    return word.substring(0, length - 1);
  }
}
