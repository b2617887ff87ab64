// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The links of a page to files of this checkout, and to headings in them. */
final class MarkdownLinks {
  private static final Pattern ELSEWHERE = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:|//).*");

  private MarkdownLinks() {}

  /** The links of the page that lead nowhere, each as {@code page:line: target}. */
  static List<String> dead(TextFile page) {
    return new Markdown(page.lines())
        .links().stream()
            .filter(link -> !ELSEWHERE.matcher(link.target()).matches())
            .filter(link -> !leadsSomewhere(page, link.target()))
            .map(link -> page.name() + ":" + link.line() + ": " + link.target())
            .toList();
  }

  private static boolean leadsSomewhere(TextFile page, String target) {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path self = Checkout.root().resolve(page.name());
    Path file = path.isEmpty() ? self : self.resolveSibling(path).normalize();
    if (!file.startsWith(Checkout.root()) || !Files.exists(file)) {
      return false;
    }
    return hash < 0
        || !file.toString().endsWith(".md")
        || new Markdown(lines(file)).anchors().contains(target.substring(hash + 1));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
