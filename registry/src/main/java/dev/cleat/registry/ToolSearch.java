// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.lucene.search.IndexSearcher;
import org.jspecify.annotations.Nullable;

/**
 * A search over all tools that there are at one moment, of any number of clients. Ranked by Okapi
 * BM25 with Lucene's constants (k1 = 1.2, b = 0.75); {@link ToolQuery} says what counts how much.
 *
 * <p>Immutable, and made anew whenever the tools of one client have changed. Making it costs next
 * to nothing: the index is built at the first search, and nothing of the search library is loaded
 * before that.
 *
 * <p><b>Threads.</b> Any. Who searches while the index is built waits for that; docs/decisions/0015
 * has the times. <b>Life cycle.</b> All is in memory, and nothing has to be closed.
 */
final class ToolSearch {
  /**
   * The tools of one client.
   *
   * @param generation whose tools these are
   * @param tools under the names to call them by
   */
  record Source(Namespace namespace, long generation, List<Tool> tools) {}

  /**
   * What a search has found.
   *
   * @param hits the best ones, best first; equally good ones by name
   * @param matched how many there are in all
   */
  record Found(List<ToolHit> hits, int matched) {}

  private record Entry(Source source, Tool tool) {}

  // The place in this list is the number of the tool's document. In the order of names, which thus
  // decides between equally good ones.
  private final List<Entry> entries;
  private final ReentrantLock building = new ReentrantLock();

  // Written once, under the lock. Null until the first search.
  private volatile @Nullable Index index;

  // A class of its own, so that the verifier has no reason to load the library with this one.
  private record Index(IndexSearcher searcher) {}

  private ToolSearch(List<Entry> entries) {
    this.entries = entries;
  }

  /** A search over all of these. */
  static ToolSearch over(List<Source> sources) {
    List<Entry> entries = new ArrayList<>();
    for (Source source : sources) {
      source.tools().forEach(tool -> entries.add(new Entry(source, tool)));
    }
    entries.sort(Comparator.comparing(entry -> entry.tool().name()));
    return new ToolSearch(entries);
  }

  /**
   * The tools that fit best.
   *
   * @param query any text of at most 1,000 characters with a word in it
   * @param limit how many at most; above 0
   * @throws IllegalArgumentException when the text has no word or is too long, or the limit is not
   *     above 0
   */
  List<ToolHit> search(String query, int limit) {
    return search(query, limit, tool -> true).hits();
  }

  /** The same among the tools that are wanted. */
  Found search(String query, int limit, Predicate<Tool> wanted) {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "The limit of a search is " + limit + ". It has to be above 0.");
    }
    try {
      BestDocuments best =
          index()
              .searcher()
              .search(
                  ToolQuery.of(query),
                  BestDocuments.collecting(
                      limit, document -> wanted.test(entries.get(document).tool())));
      return new Found(best.inOrder().map(this::hit).toList(), best.matched());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there has been a search. */
  boolean isBuilt() {
    return index != null;
  }

  private Index index() {
    Index before = index;
    if (before != null) {
      return before;
    }
    building.lock();
    try {
      Index now = index;
      if (now == null) {
        now = build();
        index = now;
      }
      return now;
    } finally {
      building.unlock();
    }
  }

  private Index build() {
    return new Index(ToolDocuments.searcher(entries.stream().map(Entry::tool).toList()));
  }

  private ToolHit hit(BestDocuments.Scored scored) {
    Entry entry = entries.get(scored.document());
    Tool tool = entry.tool();
    Source source = entry.source();
    return new ToolHit(tool.name(), tool, source.namespace(), source.generation(), scored.score());
  }
}
