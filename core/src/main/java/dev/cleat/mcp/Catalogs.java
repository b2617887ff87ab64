// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Access;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.Prompt;
import dev.cleat.Resource;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a server offers: all that its sets have now, as far as access allows, in the order of the
 * sets. Thread-safe.
 */
final class Catalogs {
  private final List<ToolSet> sets;
  private final Access access;
  private final Interest interest;
  private final Map<String, Pace> paces = new ConcurrentHashMap<>();

  Catalogs(List<ToolSet> sets, Access access) {
    this.sets = sets;
    this.access = access;
    interest = new Interest(sets);
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

  List<ToolSet> sets() {
    return sets;
  }

  /** Which lists there may be something in: the ones that are declared and answered. */
  Set<Catalog> offered() {
    Set<Catalog> offered = EnumSet.of(Catalog.TOOLS);
    sets.forEach(set -> offered.addAll(set.catalogs()));
    return offered;
  }

  /** The tools that are allowed. */
  List<Tool> tools() {
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

  List<Prompt> prompts() {
    List<Prompt> listed = new ArrayList<>();
    sets.forEach(set -> set.prompts().forEach(served -> listed.add(served.prompt())));
    return listed;
  }

  List<Resource> resources() {
    List<Resource> listed = new ArrayList<>();
    sets.forEach(set -> set.resources().forEach(served -> listed.add(served.resource())));
    return listed;
  }

  List<ResourceTemplate> templates() {
    List<ResourceTemplate> listed = new ArrayList<>();
    sets.forEach(set -> set.templates().forEach(served -> listed.add(served.template())));
    return listed;
  }

  /** The tool of that name, allowed or not. */
  Optional<ServedTool> tool(String name) {
    for (ToolSet set : sets) {
      Optional<ServedTool> found = set.find(name);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The prompt of that name. */
  Optional<ServedPrompt> prompt(String name) {
    return Lookup.prompt(sets, name);
  }

  /** Which resources clients want to hear of. */
  Interest interest() {
    return interest;
  }

  /** How fast that has been. */
  Pace paceOf(String what) {
    return paces.computeIfAbsent(what, key -> new Pace());
  }

  /** What to say to a caller of a tool that does not exist. */
  String unknownTool(String name) {
    List<String> names = tools().stream().map(Tool::name).toList();
    return "There is no tool \""
        + Text.shown(name)
        + "\"."
        + Text.didYouMean(name, names)
        + " tools/list tells what there is.";
  }

  /** What to say to who asks for a prompt that does not exist. */
  String unknownPrompt(String name) {
    List<String> names = prompts().stream().map(Prompt::name).toList();
    return "There is no prompt \""
        + Text.shown(name)
        + "\"."
        + Text.didYouMean(name, names)
        + " prompts/list tells what there is.";
  }
}
