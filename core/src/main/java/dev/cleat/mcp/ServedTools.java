// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Access;
import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tools of a server: all that its sets have now, as far as access allows. Thread-safe. */
final class ServedTools {
  private final List<ToolSet> sets;
  private final Access access;
  private final Map<String, Pace> paces = new ConcurrentHashMap<>();

  ServedTools(List<ToolSet> sets, Access access) {
    this.sets = sets;
    this.access = access;
    Set<String> names = new HashSet<>();
    for (ToolSet set : sets) {
      for (ServedTool tool : set.tools()) {
        if (!names.add(tool.name())) {
          throw new IllegalArgumentException(
              "There are two tools of the name " + tool.name() + ". Names have to be unique.");
        }
      }
    }
  }

  /** What is listed: the allowed ones, in the order of the sets. */
  List<Tool> listed() {
    List<Tool> listed = new ArrayList<>();
    for (ToolSet set : sets) {
      for (ServedTool tool : set.tools()) {
        if (access.allows(tool.tool().hints())) {
          listed.add(tool.tool());
        }
      }
    }
    return listed;
  }

  /** The tool of that name, allowed or not. */
  Optional<ServedTool> find(String name) {
    for (ToolSet set : sets) {
      Optional<ServedTool> found = set.find(name);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** How fast that tool has been. */
  Pace paceOf(String existingTool) {
    return paces.computeIfAbsent(existingTool, name -> new Pace());
  }

  /** What to say to a caller of a tool that does not exist. */
  String unknown(String name) {
    List<String> names = listed().stream().map(Tool::name).toList();
    return "There is no tool \""
        + Text.shown(name)
        + "\"."
        + Text.didYouMean(name, names)
        + " tools/list tells what there is.";
  }
}
