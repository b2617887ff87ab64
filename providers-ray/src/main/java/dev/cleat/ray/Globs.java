// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files of a directory are left out. A pattern without a slash fits a name at any depth, one
 * with a slash a path from the top; {@code *} and {@code ?} stop at slashes, {@code **} does not;
 * one that ends with a slash fits directories only. Whatever is below what fits is left out, too.
 * Immutable.
 */
final class Globs {
  /** Left out always: what no job needs, and what would make each upload another one. */
  private static final List<String> ALWAYS = List.of(".git", "__pycache__", "*.pyc");

  private static final int MOST_CHARS = 300;
  // More of them make matching slow, and nobody needs them.
  private static final int MOST_STARS = 8;

  private record Glob(Pattern pattern, boolean directoriesOnly) {}

  private final List<Glob> globs;

  private Globs(List<Glob> globs) {
    this.globs = globs;
  }

  /**
   * What is always left out, and these.
   *
   * @throws ToolFailure when one of them is no such pattern
   */
  static Globs with(List<String> patterns) {
    List<Glob> globs = new ArrayList<>();
    ALWAYS.forEach(pattern -> globs.add(glob(pattern)));
    patterns.forEach(pattern -> globs.add(glob(pattern)));
    return new Globs(List.copyOf(globs));
  }

  /**
   * Whether that is to be left out.
   *
   * @param path from the top of the directory, with slashes
   */
  boolean fits(String path, boolean directory) {
    for (Glob glob : globs) {
      if ((directory || !glob.directoriesOnly()) && glob.pattern().matcher(path).matches()) {
        return true;
      }
    }
    return false;
  }

  private static Glob glob(String text) {
    String inner = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    boolean fromTop = inner.contains("/");
    inner = inner.startsWith("/") ? inner.substring(1) : inner;
    inner = inner.startsWith("./") ? inner.substring(2) : inner;
    long stars = inner.chars().filter(c -> c == '*').count();
    if (inner.isBlank()
        || text.startsWith("!")
        || inner.contains("\\")
        || inner.contains("[")
        || text.length() > MOST_CHARS
        || stars > MOST_STARS) {
      throw ToolFailure.invalidArgument(
          "excludes cannot have \"" + Text.shown(text) + "\".",
          "Allowed are paths with *, ** and ?, such as \"*.csv\", \"data/\" or \"docs/**/*.png\", of"
              + " at most "
              + MOST_CHARS
              + " characters and "
              + MOST_STARS
              + " stars; without !, [ and backslash.");
    }
    String regex = (fromTop ? "" : "(?:.*/)?") + regex(inner);
    return new Glob(Pattern.compile(regex, Pattern.DOTALL), text.endsWith("/"));
  }

  private static String regex(String glob) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < glob.length()) {
      if (glob.startsWith("**/", at)) {
        regex.append("(?:.*/)?");
        at += 3;
      } else if (glob.startsWith("**", at)) {
        regex.append(".*");
        at += 2;
      } else {
        char c = glob.charAt(at++);
        regex.append(c == '*' ? "[^/]*" : c == '?' ? "[^/]" : Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.toString();
  }
}
