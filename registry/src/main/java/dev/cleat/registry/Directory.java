// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.ToolName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that is registered at one moment: clients by namespace, and tools by the name to call
 * them by. Immutable; the registry replaces it as a whole, so a reader always sees one moment.
 */
final class Directory {
  static final Directory EMPTY = new Directory(new TreeMap<>());

  /** Where a tool is: its client's namespace and its own name there. */
  record Place(Namespace namespace, String tool, Tool listed) {}

  private final Map<Namespace, Generation> clients;
  private final Map<String, Place> tools = new LinkedHashMap<>();

  private Directory(Map<Namespace, Generation> clients) {
    this.clients = clients;
    for (Generation generation : clients.values()) {
      for (Tool tool : generation.tools()) {
        Place place = place(generation, tool);
        Place other = tools.putIfAbsent(place.listed().name(), place);
        // A server that lists one name twice is asked for the first.
        if (other != null && !other.namespace().equals(place.namespace())) {
          throw new IllegalArgumentException(
              "The tool \""
                  + place.listed().name()
                  + "\" is offered by both "
                  + other.namespace()
                  + " and "
                  + place.namespace()
                  + ". Leave one of them out.");
        }
      }
    }
  }

  private static Place place(Generation generation, Tool tool) {
    String name =
        generation.bareNames()
            ? tool.name()
            : new ToolName(generation.namespace(), tool.name()).qualified();
    return new Place(generation.namespace(), tool.name(), tool.withName(name));
  }

  /**
   * With a client more, or another one in its place.
   *
   * @throws IllegalArgumentException when two clients would offer a tool of one name
   */
  Directory with(Generation generation) {
    Map<Namespace, Generation> copy = new TreeMap<>(clients);
    copy.put(generation.namespace(), generation);
    return new Directory(copy);
  }

  Directory without(Namespace namespace) {
    Map<Namespace, Generation> copy = new TreeMap<>(clients);
    copy.remove(namespace);
    return new Directory(copy);
  }

  Optional<Generation> client(Namespace namespace) {
    return Optional.ofNullable(clients.get(namespace));
  }

  Collection<Generation> clients() {
    return clients.values();
  }

  /** The tool to be called by that name. */
  Optional<Place> tool(String name) {
    return Optional.ofNullable(tools.get(name));
  }

  /** All tools, by namespace and then in their servers' order. */
  List<Tool> listed() {
    List<Tool> listed = new ArrayList<>(tools.size());
    tools.values().forEach(place -> listed.add(place.listed()));
    return listed;
  }

  Collection<Place> places() {
    return tools.values();
  }

  String noSuchClient(Namespace namespace) {
    List<String> names = clients.keySet().stream().map(Namespace::value).toList();
    return "There is no client \""
        + namespace
        + "\"."
        + Text.didYouMean(namespace.value(), names)
        + (names.isEmpty()
            ? " Nothing is registered."
            : " Registered are " + String.join(", ", names) + ".");
  }

  String noSuchTool(String name) {
    return "There is no tool \"" + Text.shown(name) + "\"." + Text.didYouMean(name, tools.keySet());
  }
}
