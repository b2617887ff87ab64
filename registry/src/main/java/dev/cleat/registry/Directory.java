// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.ToolName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is registered at one moment: generations by namespace, with the tools each has
 * listed. Immutable; the registry replaces it as a whole, so a reader always sees one moment.
 */
final class Directory {
  static final Directory EMPTY = new Directory(new TreeMap<>());

  /**
   * What is current in a namespace.
   *
   * @param listing the tools of that generation
   */
  record Entry(Generation generation, Listing listing) {}

  private final SortedMap<Namespace, Entry> ordered;

  // The same by name: looked up by every call, which has a text and no time to check it.
  private final Map<String, Entry> byNamespace;

  // Tools that are called by their own names.
  private final Map<String, Listing.Place> bare = new HashMap<>();

  // Made at the first search, which many registries never see.
  private volatile @Nullable ToolSearch search;

  private Directory(SortedMap<Namespace, Entry> ordered) {
    this.ordered = ordered;
    byNamespace = new HashMap<>(2 * ordered.size());
    ordered.forEach((namespace, entry) -> byNamespace.put(namespace.value(), entry));
    for (Entry entry : ordered.values()) {
      if (entry.generation().bareNames()) {
        entry.listing().places().forEach(this::addBare);
      }
    }
    bare.values().forEach(this::mustNotBeQualified);
  }

  private void addBare(Listing.Place place) {
    Listing.Place other = bare.putIfAbsent(place.tool(), place);
    if (other != null) {
      throw offeredTwice(other, place);
    }
  }

  private void mustNotBeQualified(Listing.Place place) {
    Optional<Listing.Place> other = qualified(place.tool());
    if (other.isPresent()) {
      throw offeredTwice(other.get(), place);
    }
  }

  private static IllegalArgumentException offeredTwice(Listing.Place one, Listing.Place other) {
    return new IllegalArgumentException(
        "The tool \""
            + one.listed().name()
            + "\" is offered by both "
            + one.namespace()
            + " and "
            + other.namespace()
            + ". Leave one of them out.");
  }

  /**
   * With a generation more, or another one in its place.
   *
   * @throws IllegalArgumentException when two would offer a tool of one name
   */
  Directory with(Generation generation, Listing listing) {
    TreeMap<Namespace, Entry> copy = new TreeMap<>(ordered);
    copy.put(generation.namespace(), new Entry(generation, listing));
    return new Directory(copy);
  }

  Directory without(Namespace namespace) {
    TreeMap<Namespace, Entry> copy = new TreeMap<>(ordered);
    copy.remove(namespace);
    return new Directory(copy);
  }

  @Nullable Entry entry(String namespace) {
    return byNamespace.get(namespace);
  }

  Optional<Generation> client(Namespace namespace) {
    return Optional.ofNullable(byNamespace.get(namespace.value())).map(Entry::generation);
  }

  boolean isCurrent(Generation generation) {
    Entry entry = byNamespace.get(generation.namespace().value());
    return entry != null && entry.generation() == generation;
  }

  /** By namespace. */
  Collection<Entry> entries() {
    return ordered.values();
  }

  /** The tool to be called by that name. */
  Optional<Listing.Place> tool(String name) {
    Listing.Place place = bare.get(name);
    return place == null ? qualified(name) : Optional.of(place);
  }

  private Optional<Listing.Place> qualified(String name) {
    int at = name.indexOf(ToolName.SEPARATOR);
    Entry entry = at < 1 ? null : byNamespace.get(name.substring(0, at));
    return entry == null || entry.generation().bareNames()
        ? Optional.empty()
        : entry.listing().place(name.substring(at + ToolName.SEPARATOR.length()));
  }

  /** All tools, by namespace and then in their servers' order. */
  List<Tool> listed() {
    List<Tool> listed = new ArrayList<>();
    ordered.values().forEach(entry -> listed.addAll(entry.listing().listed()));
    return listed;
  }

  List<Listing.Place> places() {
    List<Listing.Place> places = new ArrayList<>();
    ordered.values().forEach(entry -> entry.listing().places().forEach(places::add));
    return places;
  }

  /** A search over these tools. Two threads may make it at once; either is as good. */
  ToolSearch search() {
    ToolSearch made = search;
    if (made == null) {
      made =
          ToolSearch.over(
              ordered.values().stream()
                  .map(
                      entry ->
                          new ToolSearch.Source(
                              entry.generation().namespace(),
                              entry.generation().number(),
                              entry.listing().listed()))
                  .toList());
      search = made;
    }
    return made;
  }

  String noSuchClient(String namespace, Collection<Namespace> wanted) {
    TreeMap<Namespace, Boolean> all = new TreeMap<>();
    ordered.keySet().forEach(name -> all.put(name, true));
    wanted.forEach(name -> all.put(name, true));
    List<String> names = all.keySet().stream().map(Namespace::value).toList();
    return "There is no client \""
        + Text.shown(namespace)
        + "\"."
        + Text.didYouMean(namespace, names)
        + (names.isEmpty()
            ? " Nothing is registered."
            : " Registered are " + String.join(", ", names) + ".");
  }

  String noSuchTool(String name) {
    return "There is no tool \""
        + Text.shown(name)
        + "\"."
        + Text.didYouMean(name, listed().stream().map(Tool::name).toList());
  }
}
