// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What the README shows is what the examples compile: each {@code java} block stands in a file
 * below {@code examples}, between a line {@code // snippet: NAME} and a line {@code // end}.
 */
class ReadmeTest {
  private static final String START = "// snippet:";
  private static final String END = "// end";

  @Test
  void everyBlockOfJavaStandsInAnExample() {
    List<Markdown.Block> blocks = blocks();
    List<List<String>> snippets = snippets();

    assertThat(blocks)
        .as("blocks of java in README.md")
        .isNotEmpty()
        .allSatisfy(
            block ->
                assertThat(snippets)
                    .as(
                        "README.md:%d: the block that starts with \"%s\" stands in no example,"
                            + " between \"%s NAME\" and \"%s\"",
                        block.line(), block.lines().get(0).strip(), START, END)
                    .anyMatch(snippet -> contains(snippet, block.lines())));
  }

  private static List<Markdown.Block> blocks() {
    assertThat(Checkout.root().resolve("README.md")).isRegularFile();
    return Checkout.files("README.md").stream()
        .filter(file -> file.name().equals("README.md"))
        .flatMap(file -> new Markdown(file.lines()).blocks().stream())
        .filter(block -> block.language().equals("java"))
        .toList();
  }

  private static List<List<String>> snippets() {
    return Checkout.files(".java").stream()
        .filter(file -> file.name().matches("examples/[^/]+/src/main/java/.*"))
        .flatMap(file -> snippets(file).stream())
        .toList();
  }

  private static List<List<String>> snippets(TextFile file) {
    List<List<String>> snippets = new ArrayList<>();
    for (int start = 0; start < file.lines().size(); start++) {
      if (file.lines().get(start).strip().startsWith(START)) {
        List<String> rest = file.lines().subList(start + 1, file.lines().size());
        int length = rest.stream().map(String::strip).toList().indexOf(END);
        assertThat(length)
            .as("%s:%d: a snippet without an end", file.name(), start + 1)
            .isNotNegative();
        snippets.add(rest.subList(0, length));
      }
    }
    return snippets;
  }

  /** Whether the lines of the block follow each other in the snippet, however far indented. */
  private static boolean contains(List<String> snippet, List<String> block) {
    String wanted = flushLeft(block);
    return IntStream.rangeClosed(0, snippet.size() - block.size())
        .mapToObj(start -> snippet.subList(start, start + block.size()))
        .anyMatch(part -> flushLeft(part).equals(wanted));
  }

  private static String flushLeft(List<String> lines) {
    return String.join("\n", lines).stripIndent();
  }
}
