// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a JSON value, each with its path. Used by one thread. */
final class Problems {
  /** Enough to mend a call at once, short enough to read. */
  private static final int MAX_REPORTED = 8;

  private final List<String> found = new ArrayList<>();
  private int count;

  void add(String path, String what) {
    count++;
    if (found.size() < MAX_REPORTED) {
      found.add(path.isEmpty() ? what : "\"" + path + "\" " + what);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  /** All of them, with the mark that ends a sentence. */
  String sentence() {
    String all = toString();
    return all.endsWith("?") ? all : all + ".";
  }

  /** A hint at the nearest allowed word, to be put right behind what is wrong; may be empty. */
  static String hint(String wrong, Collection<String> allowed) {
    String hint = Text.didYouMean(wrong, allowed);
    return hint.isEmpty() ? "" : "." + hint;
  }

  @Override
  public String toString() {
    String all = String.join("; ", found);
    return count > found.size() ? all + "; and " + (count - found.size()) + " more" : all;
  }

  /** How a wrong value is shown: its kind for structures, itself for the rest. */
  static String describe(@Nullable Object json) {
    if (json instanceof String text) {
      return "\"" + Text.shown(text) + "\"";
    } else if (json instanceof java.util.Map) {
      return "an object";
    } else if (json instanceof List) {
      return "an array";
    }
    return Text.shown(String.valueOf(json));
  }
}
