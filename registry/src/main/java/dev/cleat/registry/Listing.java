// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.Tool;
import dev.cleat.ToolName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tools that one generation listed at one time: published as a whole, never changed. A lookup
 * sees all of a server or nothing of it.
 */
final class Listing {
  /**
   * Where a tool is.
   *
   * @param namespace its client's
   * @param tool its own name there
   * @param listed as it is listed, by the name to call it by
   * @param ofThisProcess whether it runs in the thread of who calls it
   */
  record Place(Namespace namespace, String tool, Tool listed, boolean ofThisProcess) {}

  /** Of a client that has not been asked yet. */
  static final Listing NOTHING = new Listing(Namespace.of("nothing"), List.of(), true);

  private final Map<String, Place> byOwnName = new LinkedHashMap<>();
  private final List<Tool> own;
  private final List<Tool> listed;

  private Listing(Namespace namespace, List<Tool> tools, boolean bareNames) {
    for (Tool tool : tools) {
      String name = bareNames ? tool.name() : namespace.value() + ToolName.SEPARATOR + tool.name();
      // A server that lists one name twice is asked for the first.
      byOwnName.putIfAbsent(
          tool.name(), new Place(namespace, tool.name(), tool.withName(name), bareNames));
    }
    own = List.copyOf(tools);
    List<Tool> names = new ArrayList<>(byOwnName.size());
    byOwnName.values().forEach(place -> names.add(place.listed()));
    listed = List.copyOf(names);
  }

  static Listing of(Namespace namespace, List<Tool> tools, boolean bareNames) {
    return new Listing(namespace, tools, bareNames);
  }

  /** A tool by the name that its own server gives it. */
  Optional<Place> place(String ownName) {
    return Optional.ofNullable(byOwnName.get(ownName));
  }

  /** A tool by the name to call it by. */
  Optional<Place> listedAs(String name) {
    return byOwnName.values().stream()
        .filter(place -> place.listed().name().equals(name))
        .findFirst();
  }

  Iterable<Place> places() {
    return byOwnName.values();
  }

  /** As the server lists them. */
  List<Tool> own() {
    return own;
  }

  /** By the names to call them by. */
  List<Tool> listed() {
    return listed;
  }

  int size() {
    return own.size();
  }
}
