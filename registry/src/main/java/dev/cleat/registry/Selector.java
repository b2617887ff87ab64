// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which clients of a registry are meant, by the names of their namespaces. Immutable. */
public final class Selector {
  // What a namespace may consist of, and the two that stand for it; twice as long as one may be.
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_*?-]{1,64}");

  private final Predicate<Namespace> chosen;
  private final Set<Namespace> named;
  private final String text;

  private Selector(Predicate<Namespace> chosen, Set<Namespace> named, String text) {
    this.chosen = chosen;
    this.named = named;
    this.text = text;
  }

  /** All that there are. */
  public static Selector all() {
    return new Selector(namespace -> true, Set.of(), "*");
  }

  /**
   * Exactly these, whether they are there or not.
   *
   * @throws IllegalArgumentException when one of them is no namespace
   */
  public static Selector of(String... namespaces) {
    Set<Namespace> named = new TreeSet<>();
    for (String namespace : namespaces) {
      named.add(Namespace.of(namespace));
    }
    return new Selector(named::contains, named, String.join(", ", namespaces));
  }

  /**
   * Those whose names fit a pattern, such as {@code gpu-*}.
   *
   * @param pattern 1 to 64 characters: {@code *} stands for any number of characters, {@code ?} for
   *     one, all others for themselves
   * @throws IllegalArgumentException when it has other characters than a namespace may have
   */
  public static Selector matching(String pattern) {
    if (!ALLOWED.matcher(pattern).matches()) {
      throw new IllegalArgumentException(
          "That is not a pattern for namespaces. Allowed are 1 to 64 of A-Z a-z 0-9 _ -, * for any"
              + " number of characters, and ? for one.");
    }
    return new Selector(namespace -> fits(pattern, namespace.value()), Set.of(), pattern);
  }

  /** Those of the present ones that are chosen, and those that are named, in order. */
  Set<Namespace> select(Collection<Namespace> present) {
    Set<Namespace> selected = new TreeSet<>(named);
    present.stream().filter(chosen).forEach(selected::add);
    return selected;
  }

  // Goes back to the last * only, so its time is at most the product of both lengths; a regular
  // expression could take for ever.
  private static boolean fits(String pattern, String name) {
    int at = 0;
    int star = -1;
    int resume = 0;
    int i = 0;
    while (i < name.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        resume = i;
      } else if (at < pattern.length()
          && (pattern.charAt(at) == '?' || pattern.charAt(at) == name.charAt(i))) {
        at++;
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++resume;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
