// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolHints;
import dev.cleat.ToolName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The tools of {@code many-tools.txt}: some 250 of some 40 servers. */
final class ManyTools {
  private ManyTools() {}

  /** All of them, by namespace, as each server lists them. */
  static Map<Namespace, List<Tool>> byNamespace() {
    Map<Namespace, List<Tool>> tools = new LinkedHashMap<>();
    for (String line : lines()) {
      if (!line.startsWith("#")) {
        String[] parts = line.split(" \\| ?", -1);
        tools
            .computeIfAbsent(Namespace.of(parts[0]), name -> new ArrayList<>())
            .add(tool(parts[1], parts[2], parts[3]));
      }
    }
    return tools;
  }

  /** A search over all of them under the names that a registry gives them. */
  static ToolSearch search() {
    List<ToolSearch.Source> sources = new ArrayList<>();
    byNamespace()
        .forEach(
            (namespace, tools) -> sources.add(source(namespace, 1, qualified(namespace, tools))));
    return ToolSearch.over(sources);
  }

  static ToolSearch.Source source(Namespace namespace, long generation, List<Tool> tools) {
    return new ToolSearch.Source(namespace, generation, tools);
  }

  static List<Tool> qualified(Namespace namespace, List<Tool> tools) {
    return tools.stream()
        .map(tool -> tool.withName(new ToolName(namespace, tool.name()).qualified()))
        .toList();
  }

  static Tool tool(String name, String description, String arguments) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (String argument : arguments.strip().split(" ")) {
      if (!argument.isEmpty()) {
        properties.put(argument, Map.of("type", "string"));
      }
    }
    return tool(name, description, Map.of("type", "object", "properties", properties));
  }

  static Tool tool(String name, String description, Map<String, Object> schema) {
    return new Tool(
        name,
        Optional.empty(),
        description,
        Schema.of(schema),
        Optional.empty(),
        ToolHints.UNKNOWN,
        Map.of());
  }

  private static List<String> lines() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(ManyTools.class.getResourceAsStream("many-tools.txt")),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
