// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.Tool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for any tools and any text. */
class ToolSearchPropertyTest {
  private static final ToolSearch MANY = ManyTools.search();

  @Property(tries = 500)
  void anyTextIsAnsweredOrRefusedAsItSays(
      @ForAll String text, @ForAll @IntRange(min = 1) int most) {
    try {
      assertThat(MANY.search(text, most)).hasSizeLessThanOrEqualTo(most).doesNotHaveDuplicates();
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageMatching("(?s)There is no word .*|The search text has .*");
    }
  }

  @Property(tries = 100)
  void theBestComeFirstAndFewerAreTheBeginOfMore(
      @ForAll("requests") String request, @ForAll @IntRange(min = 1, max = 30) int few) {
    List<ToolHit> all = MANY.search(request, 1_000);

    assertThat(all)
        .isSortedAccordingTo(
            Comparator.comparingDouble(ToolHit::score).reversed().thenComparing(ToolHit::name))
        .allSatisfy(hit -> assertThat(hit.score()).isPositive());
    assertThat(MANY.search(request, few)).isEqualTo(all.subList(0, Math.min(few, all.size())));
    ToolSearch.Found found = MANY.search(request, few, tool -> true);
    assertThat(found.matched()).isEqualTo(all.size());
  }

  @Provide
  Arbitrary<String> requests() {
    return Arbitraries.of(
            "list", "the", "GPUs", "pod", "search", "file", "creating", "issue", "me", "log", "kub")
        .list()
        .ofMinSize(1)
        .ofMaxSize(40)
        .map(words -> String.join(" ", words));
  }

  @Property(tries = 60)
  void aToolsOwnNameFindsItFirst(@ForAll("tools") List<Tool> tools) {
    ToolSearch search =
        ToolSearch.over(List.of(ManyTools.source(Namespace.of("any"), 1, distinct(tools))));

    for (Tool tool : tools) {
      assertThat(search.search(tool.name(), 3).get(0).name()).isEqualTo(tool.name());
    }
  }

  @Property(tries = 40)
  void aSearchFindsToolsOfItsOwnGenerationsOnly(
      @ForAll("tools") List<Tool> older, @ForAll("tools") List<Tool> newer) {
    Namespace namespace = Namespace.of("any");
    ToolSearch before = ToolSearch.over(List.of(ManyTools.source(namespace, 1, distinct(older))));
    ToolSearch after = ToolSearch.over(List.of(ManyTools.source(namespace, 2, distinct(newer))));
    List<Tool> both = new ArrayList<>(older);
    both.addAll(newer);

    for (Tool tool : both) {
      assertThat(after.search(tool.name(), 100))
          .allSatisfy(
              hit -> {
                assertThat(hit.generation()).isEqualTo(2);
                assertThat(newer).contains(hit.tool());
              });
      assertThat(before.search(tool.name(), 100))
          .allSatisfy(
              hit -> {
                assertThat(hit.generation()).isEqualTo(1);
                assertThat(older).contains(hit.tool());
              });
    }
  }

  /** The first tool of each name, as a registry takes them. */
  private static List<Tool> distinct(List<Tool> tools) {
    Set<String> names = new HashSet<>();
    return tools.stream().filter(tool -> names.add(tool.name())).toList();
  }

  @Provide
  Arbitrary<List<Tool>> tools() {
    Arbitrary<String> names =
        Arbitraries.strings().withChars("abAB19_.-").ofMinLength(1).ofMaxLength(12);
    Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(40);
    Arbitrary<Map<String, Object>> schemas =
        Arbitraries.maps(Arbitraries.of("properties", "description", "enum", "type", "b"), texts)
            .ofMaxSize(3)
            .map(LinkedHashMap<String, Object>::new);
    return Combinators.combine(names, texts, schemas)
        .as((name, text, schema) -> ManyTools.tool(name, text, schema))
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }
}
