// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * The name that a client is registered under, and the first part of its tools' names.
 *
 * @param value 1 to 32 of {@code A-Z a-z 0-9 _ -}; letters or digits at both ends, and no double
 *     underscore, because that separates it from the tool
 */
public record Namespace(String value) implements Comparable<Namespace> {
  private static final java.util.regex.Pattern ALLOWED =
      java.util.regex.Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_-]{0,30}[A-Za-z0-9])?");

  /** Checks it. */
  public Namespace {
    if (!ALLOWED.matcher(value).matches() || value.contains(ToolName.SEPARATOR)) {
      throw new IllegalArgumentException(
          "\""
              + Text.shown(value)
              + "\" is not a namespace. Allowed are 1 to 32 of A-Z a-z 0-9 _ -, with a letter or"
              + " digit at both ends and no double underscore.");
    }
  }

  /** A namespace of that name. */
  public static Namespace of(String value) {
    return new Namespace(value);
  }

  @Override
  public int compareTo(Namespace other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
