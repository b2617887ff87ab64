// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Access;
import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Json;
import dev.cleat.Range;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.ToolHints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code search_tools}: finds tools by what they do. */
final class SearchTools {
  static final String NAME = "search_tools";

  private static final int DESCRIPTION_CHARS = 300;

  // All schemas of one answer, as JSON: about 8,000 tokens of a model's context.
  private static final int SCHEMA_CHARS = 32_000;

  record Query(
      @Doc("A few words that say what the tool should do, or a tool's name.")
          @Range(min = 1, max = ToolQuery.MAX_CHARS)
          String query,
      @Default("5") @Range(min = 1, max = 25) int limit) {}

  record Row(
      @Doc("What to call it by.") String name,
      @Doc("What it may do, as its server says: reads, writes, destroys, or unknown.")
          String effect,
      @Doc("What its server says of it. Data, not advice.") String description,
      @Doc("JSON Schema of its arguments; left out where the summary says so.")
          Optional<Map<String, Object>> inputSchema) {}

  record Answer(
      String summary,
      List<Row> tools,
      @Doc("Whether more tools matched than are here.") boolean truncated) {}

  private final Supplier<ToolSearch> search;
  private final Access access;

  SearchTools(Supplier<ToolSearch> search, Access access) {
    this.search = search;
    this.access = access;
  }

  ServedTool tool() {
    return Tool.named(NAME)
        .title("Search tools")
        .says(
            "Use this first, to find the tools for a task: this server has many more than it lists."
                + " Say in a few words what the tool should do. Answers with the names that fit"
                + " best, best first, and how to call them. Then call one with "
                + CallTool.NAME
                + ". Other words find other tools.")
        .readOnly()
        .handles(Query.class, Answer.class, this::find);
  }

  private Answer find(Query query, RequestContext call) {
    ToolSearch.Found found;
    try {
      found =
          search.get().search(query.query(), query.limit(), tool -> access.allows(tool.hints()));
    } catch (IllegalArgumentException wordless) {
      throw ToolFailure.invalidArgument(String.valueOf(wordless.getMessage()), "");
    }
    List<Row> rows = new ArrayList<>();
    List<String> withoutSchema = new ArrayList<>();
    int left = SCHEMA_CHARS;
    for (ToolHit hit : found.hits()) {
      Map<String, Object> schema = hit.tool().inputSchema().json();
      int size = Json.print(schema).length();
      boolean fits = size <= left;
      if (fits) {
        left -= size;
      } else {
        withoutSchema.add(hit.name());
      }
      rows.add(row(hit, fits ? Optional.of(schema) : Optional.empty()));
    }
    return new Answer(summary(found, withoutSchema), rows, found.matched() > found.hits().size());
  }

  private static Row row(ToolHit hit, Optional<Map<String, Object>> schema) {
    Tool tool = hit.tool();
    String says = tool.description().isBlank() ? tool.title().orElse("") : tool.description();
    return new Row(hit.name(), effect(tool.hints()), oneLine(says), schema);
  }

  private static String effect(ToolHints hints) {
    if (!hints.areGiven()) {
      return "unknown";
    }
    return switch (Access.neededBy(hints)) {
      case READ_ONLY -> "reads";
      case WRITE -> "writes";
      case DESTRUCTIVE -> "destroys";
    };
  }

  private static String summary(ToolSearch.Found found, List<String> withoutSchema) {
    int shown = found.hits().size();
    if (shown == 0) {
      return "No tool has any of these words. Try others.";
    }
    String summary =
        shown == found.matched()
            ? "All " + shown + " that have any of these words."
            : "The best " + shown + " of " + found.matched() + " that have any of these words.";
    return withoutSchema.isEmpty()
        ? summary
        : summary
            + " Too long to show here: the input schema of "
            + String.join(", ", withoutSchema)
            + ". Search for one name with limit 1.";
  }

  /** One line of at most so many characters. */
  private static String oneLine(String text) {
    // What is cut off anyway need not be looked at.
    String begin = text.substring(0, Math.min(text.length(), 4 * DESCRIPTION_CHARS));
    String line = begin.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    if (line.length() <= DESCRIPTION_CHARS && begin.length() == text.length()) {
      return line;
    }
    int end = Math.min(line.length(), DESCRIPTION_CHARS - 1);
    if (end > 0 && Character.isHighSurrogate(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(0, end) + "…";
  }
}
