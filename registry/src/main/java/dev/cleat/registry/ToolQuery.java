// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * What somebody typed, as a query: any of its words counts, rare ones more, in the name more than
 * in the description and there more than in the arguments; the begin of a word counts less than the
 * word. A text that is a tool's very name finds that first. The text has no syntax.
 */
final class ToolQuery {
  /** Longer texts are refused. */
  static final int MAX_CHARS = 1_000;

  // Further words are ignored: they cost time, and say little more.
  private static final int MAX_WORDS = 32;

  // What is left of a word without its ending.
  private static final int SHORTEST_STEM = 4;

  // Chosen by trying on the list of ToolSearchRelevanceTest.
  private static final float NAME = 2.0f;
  private static final float SAYS = 1.0f;
  private static final float ARGUMENTS = 0.5f;
  private static final float BEGUN = 0.3f;
  private static final float OTHER_FIELDS = 0.2f;

  // Above what words can add up to.
  private static final float EXACT_NAME = 10_000;
  private static final float EXACT_OWN_NAME = 1_000;

  private static final Pattern A_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

  /** Words of requests that say nothing of what is looked for; ignored beside others. */
  private static final Set<String> FILLERS =
      Set.of(
          ("a about all am an and any are as at be been but by can could do doe for from had has"
                  + " have help how i if in into is it its let like me my need of on or our please"
                  + " should so some that the their them then there these they thi this to tool"
                  + " use using want was we were what when where which who will with would you"
                  + " your")
              .split(" "));

  private ToolQuery() {}

  /**
   * Reads what was typed.
   *
   * @throws IllegalArgumentException when there is no word in it, or it is too long
   */
  static Query of(String text) {
    if (text.length() > MAX_CHARS) {
      throw new IllegalArgumentException(
          "The search text has "
              + text.length()
              + " characters; allowed are up to "
              + MAX_CHARS
              + ". Say in a few words what the tool should do.");
    }
    String typed = text.strip();
    List<String> words = wordsOf(typed);
    boolean maybeName = A_NAME.matcher(typed).matches();
    if (words.isEmpty() && !maybeName) {
      throw new IllegalArgumentException(
          "There is no word in the search text \""
              + Text.shown(text)
              + "\". Say in a few words what the tool should do, such as: list running jobs.");
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (String word : words) {
      any.add(forms(word), Occur.SHOULD);
    }
    if (maybeName) {
      any.add(exactly(ToolDocuments.ID, typed, EXACT_NAME), Occur.SHOULD);
      any.add(exactly(ToolDocuments.OWN_NAME, typed, EXACT_OWN_NAME), Occur.SHOULD);
    }
    return any.build();
  }

  private static List<String> wordsOf(String typed) {
    Set<String> all = new LinkedHashSet<>(ToolWords.of(typed, MAX_CHARS));
    List<String> telling = all.stream().filter(word -> !FILLERS.contains(word)).toList();
    List<String> words = telling.isEmpty() ? List.copyOf(all) : telling;
    return words.subList(0, Math.min(words.size(), MAX_WORDS));
  }

  private static Query forms(String word) {
    List<Query> forms = new ArrayList<>();
    forms.add(scored(ToolDocuments.NAME, word, NAME));
    forms.add(scored(ToolDocuments.SAYS, word, SAYS));
    forms.add(scored(ToolDocuments.ARGUMENTS, word, ARGUMENTS));
    ToolDocuments.begin(stem(word))
        .ifPresent(
            begin -> {
              forms.add(scored(ToolDocuments.NAME_BEGINS, begin, NAME * BEGUN));
              forms.add(scored(ToolDocuments.SAYS_BEGINS, begin, SAYS * BEGUN));
            });
    return new DisjunctionMaxQuery(forms, OTHER_FIELDS);
  }

  /** {@code delet} of {@code deleting} and {@code deleted}, {@code stop} of {@code stopping}. */
  private static String stem(String word) {
    int cut = word.endsWith("ing") ? 3 : word.endsWith("ed") ? 2 : 0;
    int length = word.length() - cut;
    if (cut == 0 || length < SHORTEST_STEM) {
      return word;
    }
    boolean doubled = word.charAt(length - 1) == word.charAt(length - 2);
    boolean always = "ls".indexOf(word.charAt(length - 1)) >= 0;
    return word.substring(0, doubled && !always ? length - 1 : length);
  }

  private static Query scored(String field, String word, float weight) {
    return new BoostQuery(new TermQuery(new Term(field, word)), weight);
  }

  private static Query exactly(String field, String name, float score) {
    return new BoostQuery(new ConstantScoreQuery(new TermQuery(new Term(field, name))), score);
  }
}
