// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Access;
import dev.cleat.Tool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the command shows tools. */
final class ToolListing {
  private static final int MOST_NAME_CHARS = 46;

  private ToolListing() {}

  /** As {@code tools/list} has them, all at once. */
  static Map<String, Object> json(List<Tool> tools) {
    return Map.of("tools", tools.stream().map(ToolListing::json).toList());
  }

  private static Map<String, Object> json(Tool tool) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", tool.name());
    tool.title().ifPresent(title -> json.put("title", title));
    json.put("description", tool.description());
    json.put("inputSchema", tool.inputSchema().json());
    tool.outputSchema().ifPresent(schema -> json.put("outputSchema", schema.json()));
    Map<String, Object> annotations = new LinkedHashMap<>();
    annotations.put("readOnlyHint", tool.hints().readOnly());
    annotations.put("destructiveHint", tool.hints().destructive());
    annotations.put("idempotentHint", tool.hints().idempotent());
    annotations.put("openWorldHint", tool.hints().openWorld());
    json.put("annotations", annotations);
    return json;
  }

  /** One line each, and what the marks mean. */
  static String table(List<Tool> tools, Ink ink) {
    int names = tools.stream().mapToInt(tool -> tool.name().length()).max().orElse(0);
    int width = Math.min(names, MOST_NAME_CHARS);
    StringBuilder table = new StringBuilder();
    for (Tool tool : tools) {
      String name = tool.name() + " ".repeat(Math.max(0, width - tool.name().length()));
      int left = Ink.WIDTH - 4 - Math.max(width, tool.name().length());
      table.append(mark(tool, ink)).append(' ').append(ink.strong(name)).append("  ");
      table.append(Ink.cut(oneLine(tool), left)).append('\n');
    }
    if (tools.stream().anyMatch(tool -> needs(tool) == Access.WRITE)) {
      table
          .append('\n')
          .append(ink.notable("+"))
          .append(" changes things: served and called only with --allow-write");
    }
    if (tools.stream().anyMatch(tool -> needs(tool) == Access.DESTRUCTIVE)) {
      table
          .append('\n')
          .append(ink.bad("!"))
          .append(" can destroy things: served and called only with --allow-destructive");
    }
    return table.append("\n").toString();
  }

  private static Access needs(Tool tool) {
    return Access.neededBy(tool.hints());
  }

  private static String mark(Tool tool, Ink ink) {
    return switch (needs(tool)) {
      case READ_ONLY -> " ";
      case WRITE -> ink.notable("+");
      case DESTRUCTIVE -> ink.bad("!");
    };
  }

  /** Its title, else the first sentence of its description. */
  private static String oneLine(Tool tool) {
    String text = tool.title().orElse(tool.description()).strip().replaceAll("\\s+", " ");
    int end = text.indexOf(". ");
    return Ink.safe(end < 0 ? text : text.substring(0, end + 1));
  }
}
