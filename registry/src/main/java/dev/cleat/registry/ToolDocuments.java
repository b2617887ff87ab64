// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Tool;
import dev.cleat.ToolName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/** Tools as documents of Lucene's, in memory. */
final class ToolDocuments {
  /** The name, whole. */
  static final String ID = "id";

  /** The name without the namespace, whole. */
  static final String OWN_NAME = "own";

  /** The words of the name. */
  static final String NAME = "name";

  /** The words of title and description. */
  static final String SAYS = "says";

  /** The words of the arguments: names, titles, descriptions, values. */
  static final String ARGUMENTS = "arguments";

  /** The begins of the words of the name, each once. */
  static final String NAME_BEGINS = "name-begins";

  /** The begins of the words of title and description, each once. */
  static final String SAYS_BEGINS = "says-begins";

  // Shorter begins say too little, and longer ones no more than the word does.
  private static final int SHORTEST_BEGIN = 3;
  private static final int LONGEST_BEGIN = 10;

  // Bounds of one tool, far above what any sensible one has: a foreign server says what it likes.
  private static final int NAME_WORDS = 100;
  private static final int TEXT_WORDS = 2_000;
  private static final int SCHEMA_DEPTH = 16;

  private static final Similarity BM25 = new BM25Similarity();

  // Without positions: phrases are not searched.
  private static final FieldType WORDS = new FieldType();

  static {
    WORDS.setTokenized(true);
    WORDS.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    WORDS.freeze();
  }

  private ToolDocuments() {}

  /** Searches an index of one document for each tool, in their order. It needs no closing. */
  static IndexSearcher searcher(List<Tool> tools) {
    // One thread, no merging: the documents keep their order, and no thread is started.
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setMergeScheduler(new SerialMergeScheduler())
            .setSimilarity(BM25);
    ByteBuffersDirectory memory = new ByteBuffersDirectory();
    try {
      try (IndexWriter writer = new IndexWriter(memory, config)) {
        for (Tool tool : tools) {
          writer.addDocument(document(tool));
        }
      }
      IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(memory));
      searcher.setSimilarity(BM25);
      // It is shared by all of the JVM, and would hold what was searched for longer than we live.
      searcher.setQueryCache(null);
      return searcher;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Document document(Tool tool) {
    Document document = new Document();
    document.add(new StringField(ID, tool.name(), Field.Store.NO));
    document.add(new StringField(OWN_NAME, ownName(tool), Field.Store.NO));
    List<String> name = ToolWords.of(tool.name(), NAME_WORDS);
    add(document, NAME, name);
    add(document, NAME_BEGINS, begins(name));
    List<String> says = new ArrayList<>(ToolWords.of(tool.title().orElse(""), NAME_WORDS));
    says.addAll(ToolWords.of(tool.description(), TEXT_WORDS));
    add(document, SAYS, says);
    add(document, SAYS_BEGINS, begins(says));
    List<String> arguments = new ArrayList<>();
    argumentsOf(tool.inputSchema().json(), 0, arguments);
    add(document, ARGUMENTS, arguments);
    return document;
  }

  private static String ownName(Tool tool) {
    return ToolName.parse(tool.name()).map(ToolName::tool).orElse(tool.name());
  }

  /** The begin that stands for what begins with this, if this is long enough to say anything. */
  static Optional<String> begin(String word) {
    return word.length() < SHORTEST_BEGIN
        ? Optional.empty()
        : Optional.of(word.substring(0, Math.min(word.length(), LONGEST_BEGIN)));
  }

  private static Set<String> begins(List<String> words) {
    Set<String> begins = new LinkedHashSet<>();
    for (String word : words) {
      for (int end = SHORTEST_BEGIN; end <= Math.min(word.length(), LONGEST_BEGIN); end++) {
        begins.add(word.substring(0, end));
      }
    }
    return begins;
  }

  private static void add(Document document, String field, Collection<String> words) {
    document.add(new Field(field, new WordStream(words), WORDS));
  }

  /** Collects the words of a schema, wherever they are in it. */
  private static void argumentsOf(Object schema, int depth, List<String> words) {
    if (depth > SCHEMA_DEPTH || words.size() >= TEXT_WORDS) {
      return;
    }
    if (schema instanceof Map<?, ?> object) {
      object.forEach(
          (keyword, value) -> {
            if (keyword.equals("properties") && value instanceof Map<?, ?> properties) {
              properties.forEach(
                  (name, property) -> {
                    words(name, words);
                    argumentsOf(property, depth + 1, words);
                  });
            } else if (keyword.equals("description") || keyword.equals("title")) {
              words(value, words);
            } else if (keyword.equals("enum") && value instanceof Collection<?> values) {
              values.forEach(one -> words(one, words));
            } else {
              argumentsOf(value, depth + 1, words);
            }
          });
    } else if (schema instanceof Collection<?> several) {
      several.forEach(one -> argumentsOf(one, depth + 1, words));
    }
  }

  private static void words(Object text, List<String> words) {
    if (text instanceof String said) {
      words.addAll(ToolWords.of(said, TEXT_WORDS - words.size()));
    }
  }

  /** Words that are split already, as Lucene reads them. */
  private static final class WordStream extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final Iterator<String> words;

    WordStream(Collection<String> words) {
      this.words = words.iterator();
    }

    @Override
    public boolean incrementToken() {
      clearAttributes();
      if (!words.hasNext()) {
        return false;
      }
      term.append(words.next());
      return true;
    }
  }
}
