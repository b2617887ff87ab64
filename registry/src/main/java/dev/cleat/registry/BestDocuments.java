// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the best of the documents that a search comes upon and counts them all. For one thread at a
 * time.
 */
final class BestDocuments extends SimpleCollector {
  /** A document and how well it fits. */
  record Scored(int document, float score) {}

  // Of equally good documents, the one before the other.
  private static final Comparator<Scored> WORST_FIRST =
      Comparator.comparingDouble(Scored::score)
          .thenComparing(Comparator.comparingInt(Scored::document).reversed());

  private final PriorityQueue<Scored> kept = new PriorityQueue<>(WORST_FIRST);
  private final int limit;
  private final IntPredicate wanted;
  private int matched;

  // The first document of the part of the index that is being read, and what scores it.
  private int base;
  private @Nullable Scorable scorer;

  private BestDocuments(int limit, IntPredicate wanted) {
    this.limit = limit;
    this.wanted = wanted;
  }

  /** What a search is to be given: it keeps that many of the documents that are wanted. */
  static CollectorManager<BestDocuments, BestDocuments> collecting(int limit, IntPredicate wanted) {
    return new CollectorManager<>() {
      @Override
      public BestDocuments newCollector() {
        return new BestDocuments(limit, wanted);
      }

      @Override
      public BestDocuments reduce(Collection<BestDocuments> parts) {
        BestDocuments all = newCollector();
        for (BestDocuments part : parts) {
          part.kept.forEach(all::keep);
          all.matched += part.matched;
        }
        return all;
      }
    };
  }

  /** The best first. */
  Stream<Scored> inOrder() {
    return kept.stream().sorted(WORST_FIRST.reversed());
  }

  /** How many documents there were. */
  int matched() {
    return matched;
  }

  @Override
  public ScoreMode scoreMode() {
    return ScoreMode.COMPLETE;
  }

  @Override
  protected void doSetNextReader(LeafReaderContext context) {
    base = context.docBase;
  }

  @Override
  public void setScorer(Scorable newScorer) {
    scorer = newScorer;
  }

  @Override
  public void collect(int document) throws IOException {
    if (wanted.test(base + document)) {
      matched++;
      keep(new Scored(base + document, requireNonNull(scorer).score()));
    }
  }

  private void keep(Scored scored) {
    kept.add(scored);
    if (kept.size() > limit) {
      kept.poll();
    }
  }
}
