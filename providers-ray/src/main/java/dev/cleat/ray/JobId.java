// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Names of jobs. Ray takes any text for one, and of some texts it makes a job that can be neither
 * stopped nor deleted; so what is not plain is refused before it reaches Ray.
 */
final class JobId {
  static final String ALLOWED = "1 to 128 of A-Z a-z 0-9 . _ -";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  private JobId() {}

  /** The same text. */
  static String require(String id) {
    if (!PLAIN.matcher(id).matches() || id.equals(".") || id.equals("..")) {
      throw ToolFailure.invalidArgument(
          "\"" + Text.shown(id) + "\" cannot be the id of a job.",
          "Allowed are " + ALLOWED + ", and not \".\" or \"..\".");
    }
    return id;
  }

  static String generate(RandomGenerator random) {
    return String.format(Locale.ROOT, "cleat-%016x", random.nextLong());
  }
}
