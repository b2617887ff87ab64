// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much Markdown as the tests need: fences, links and headings. */
final class Markdown {
  private static final Pattern FENCE = Pattern.compile("^ {0,3}(`{3,}|~{3,})\\s*(\\S*).*$");
  private static final Pattern HEADING = Pattern.compile("^ {0,3}#{1,6}\\s+(.*?)\\s*#*$");
  private static final Pattern LINK =
      Pattern.compile(
          "\\]\\(<?(?<inline>[^)\\s>]+)>?[^)]*\\)|^ {0,3}\\[[^\\]]+\\]:\\s+<?(?<reference>[^\\s>]+)");

  /** A fenced block: where its first line is, its language or nothing, its lines. */
  record Block(int line, String language, List<String> lines) {}

  /** A link: where it is, and where to. */
  record Link(int line, String target) {}

  private final List<Block> blocks = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final List<String> anchors = new ArrayList<>();

  Markdown(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (fence.matches()) {
        int end = endOfFence(lines, i + 1, fence.group(1));
        blocks.add(new Block(i + 2, fence.group(2), lines.subList(i + 1, end)));
        i = end;
      } else {
        readProse(i + 1, lines.get(i));
      }
    }
  }

  List<Block> blocks() {
    return List.copyOf(blocks);
  }

  List<Link> links() {
    return List.copyOf(links);
  }

  /** The names by which GitHub links to the headings. */
  List<String> anchors() {
    return List.copyOf(anchors);
  }

  private void readProse(int line, String text) {
    LINK.matcher(text.replaceAll("`[^`]*`", ""))
        .results()
        .map(link -> Optional.ofNullable(link.group(1)).orElseGet(() -> link.group(2)))
        .forEach(target -> links.add(new Link(line, target)));
    Matcher heading = HEADING.matcher(text);
    if (heading.matches()) {
      anchors.add(anchor(heading.group(1)));
    }
  }

  private String anchor(String heading) {
    String text = heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1").toLowerCase(Locale.ROOT);
    String anchor = text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
    long before =
        anchors.stream().filter(known -> known.replaceAll("-\\d+$", "").equals(anchor)).count();
    return before == 0 ? anchor : anchor + "-" + before;
  }

  private static int endOfFence(List<String> lines, int start, String fence) {
    int end = start;
    while (end < lines.size() && !lines.get(end).strip().startsWith(fence)) {
      end++;
    }
    return end;
  }
}
