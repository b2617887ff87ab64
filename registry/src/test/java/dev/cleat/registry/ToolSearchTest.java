// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Namespace;
import dev.cleat.Tool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ToolSearchTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final Namespace K8S = Namespace.of("k8s");

  private static ToolSearch over(Tool... tools) {
    return ToolSearch.over(List.of(ManyTools.source(RAY, 1, List.of(tools))));
  }

  private static Tool tool(String name, String description) {
    return ManyTools.tool(name, description, "");
  }

  private static List<String> names(List<ToolHit> hits) {
    return hits.stream().map(ToolHit::name).toList();
  }

  @Test
  void aHitSaysWhoseToolItIs() {
    Tool list = tool("ray__list_jobs", "Lists jobs.");
    Tool pods = tool("k8s__pods_list", "Lists pods.");
    ToolSearch search =
        ToolSearch.over(
            List.of(
                ManyTools.source(RAY, 3, List.of(list)), ManyTools.source(K8S, 7, List.of(pods))));

    ToolHit hit = search.search("pods", 10).get(0);

    assertThat(hit).isEqualTo(new ToolHit("k8s__pods_list", pods, K8S, 7, hit.score()));
    assertThat(hit.score()).isPositive();
    assertThat(names(search.search("list", 10)))
        .containsExactly("k8s__pods_list", "ray__list_jobs");
  }

  @Test
  void wordsAreFoundInNameTitleDescriptionAndArguments() {
    Map<String, Object> schema =
        Map.of(
            "type",
            "object",
            "title",
            "heron",
            "properties",
            Map.of(
                "sparrow",
                Map.of("type", "string", "description", "a swallow", "enum", List.of("finch", 5)),
                "flock",
                Map.of("type", "array", "items", Map.of("properties", Map.of("robin", true)))),
            "anyOf",
            List.of(Map.of("description", "goose"), "no schema"),
            "description",
            List.of("no text"));
    Tool plain = ManyTools.tool("get_eagle", "Feeds the falcon.", schema);
    Tool titled =
        new Tool(
            plain.name(),
            java.util.Optional.of("Kestrel"),
            plain.description(),
            plain.inputSchema(),
            plain.outputSchema(),
            plain.hints(),
            plain.meta());
    ToolSearch search = over(titled, tool("other", "Something else."));

    for (String word : "eagle falcon kestrel sparrow swallow finch robin goose heron".split(" ")) {
      assertThat(names(search.search(word, 10))).as(word).containsExactly("get_eagle");
    }
    assertThat(search.search("string", 10)).as("a keyword of schemas").isEmpty();
  }

  @Test
  void theNameCountsMoreThanTheDescriptionAndThatMoreThanTheArguments() {
    ToolSearch search =
        over(
            ManyTools.tool("one", "Does this or that.", "backup"),
            ManyTools.tool("two", "Makes a backup now.", "name"),
            ManyTools.tool("backup", "Does this or that.", "name"));

    assertThat(names(search.search("backup", 10))).containsExactly("backup", "two", "one");
  }

  @Test
  void theBeginOfAWordFindsItAndSoDoOtherEndings() {
    ToolSearch search =
        over(tool("k8s_apply", "Applies a Kubernetes manifest."), tool("delete_it", "Deletes it."));

    assertThat(names(search.search("kube", 10))).containsExactly("k8s_apply");
    assertThat(names(search.search("deleting", 10))).containsExactly("delete_it");
    assertThat(names(search.search("deleted", 10))).containsExactly("delete_it");
    assertThat(search.search("ku", 10)).as("too short a begin").isEmpty();
  }

  @Test
  void endingsGoHoweverTheWordDoubles() {
    ToolSearch search =
        over(
            tool("stop_it", ""),
            tool("install_it", ""),
            tool("run_it", ""),
            tool("process_it", ""));

    assertThat(names(search.search("stopping", 10))).containsExactly("stop_it");
    assertThat(names(search.search("installing", 10))).containsExactly("install_it");
    assertThat(names(search.search("running", 10))).containsExactly("run_it");
    assertThat(names(search.search("processed", 10))).containsExactly("process_it");
  }

  @Test
  void fillersCountOnlyAmongThemselves() {
    ToolSearch search = over(tool("what_can_you_do", "Tells of itself."), tool("pods", "Pods."));

    assertThat(names(search.search("what can you do", 10))).containsExactly("what_can_you_do");
    assertThat(names(search.search("what can you do about pods", 10))).containsExactly("pods");
  }

  @Test
  void aWholeNameComesFirstWithOrWithoutItsNamespace() {
    List<Tool> tools = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      tools.add(tool("ns__get_pod_get_pod_" + i, "get pod, get pod, get pod"));
    }
    tools.add(tool("ns__get_pod", "x"));
    ToolSearch search = ToolSearch.over(List.of(ManyTools.source(K8S, 1, tools)));

    assertThat(search.search("get_pod", 1).get(0).name()).isEqualTo("ns__get_pod");
    assertThat(search.search(" ns__get_pod ", 1).get(0).name()).isEqualTo("ns__get_pod");
  }

  @Test
  void namesWithoutAnyWordAreFoundToo() {
    ToolSearch search = over(tool("__", "x"), tool("-", "y"));

    assertThat(names(search.search("-", 10))).containsExactly("-");
    assertThat(names(search.search("__", 10))).containsExactly("__");
    assertThat(search.search("___", 10)).isEmpty();
  }

  @Test
  void theTextHasNoSyntax() {
    ToolSearch search = over(tool("alpha", "one"), tool("beta", "two"));

    assertThat(names(search.search("alpha AND NOT beta", 10))).contains("alpha", "beta");
    assertThat(names(search.search("name:alpha^9 +(b*) [a TO z] \"", 10))).contains("alpha");
    assertThat(search.search("*:zz* OR zz", 10)).isEmpty();
  }

  @Test
  void equallyGoodOnesAreInTheOrderOfTheirNamesWhereverTheyAre() {
    Tool b = tool("same_b", "x");
    Tool a = tool("same_a", "x");
    Tool c = tool("same_c", "x");
    List<ToolSearch.Source> sources =
        new ArrayList<>(
            List.of(
                ManyTools.source(Namespace.of("n1"), 1, List.of(c, a)),
                ManyTools.source(Namespace.of("n2"), 1, List.of(b))));

    assertThat(names(ToolSearch.over(sources).search("same", 2)))
        .containsExactly("same_a", "same_b");
    Collections.reverse(sources);
    assertThat(names(ToolSearch.over(sources).search("same", 3)))
        .containsExactly("same_a", "same_b", "same_c");
  }

  @Test
  void onlyWantedToolsAreFoundAndCounted() {
    ToolSearch search = over(tool("get_a", "x"), tool("get_b", "x"), tool("get_c", "x"));

    ToolSearch.Found found = search.search("get", 1, tool -> !tool.name().equals("get_a"));

    assertThat(names(found.hits())).containsExactly("get_b");
    assertThat(found.matched()).isEqualTo(2);
  }

  @Test
  void whatCannotBeSearchedIsRefusedWithWhatCan() {
    ToolSearch search = over(tool("alpha", "one"));

    for (String wordless : List.of("", "  ", "?!\n", "\"\"", "…")) {
      assertThatThrownBy(() -> search.search(wordless, 10))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no word in the search text")
          .hasMessageContaining("such as: list running jobs");
    }
    assertThatThrownBy(() -> search.search("x".repeat(1_001), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1001 characters; allowed are up to 1000");
    assertThatThrownBy(() -> search.search("alpha", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0");
  }

  @Test
  void nothingIsFoundWhereNothingIs() {
    assertThat(ToolSearch.over(List.of()).search("pods", 10)).isEmpty();
    assertThat(over(tool("alpha", "one")).search("pods", 10)).isEmpty();
  }

  @Test
  void whatAServerSaysIsReadWithinBounds() {
    Map<String, Object> deep = Map.of("description", "abyss");
    for (int i = 0; i < 100; i++) {
      deep = Map.of("properties", Map.of("p" + i, deep));
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      values.add("value" + i);
    }
    ToolSearch search =
        over(
            ManyTools.tool("deep", "x", deep),
            ManyTools.tool("wide", "y", Map.of("enum", values, "type", List.of(values))),
            tool("long", "word ".repeat(100_000) + "tail"));

    assertThat(search.search("abyss", 10)).isEmpty();
    assertThat(names(search.search("value7", 10))).containsExactly("wide");
    assertThat(names(search.search("value4999", 1))).isNotEqualTo(List.of("deep"));
    assertThat(search.search("tail", 10)).isEmpty();
    assertThat(names(search.search("word", 10))).containsExactly("long");
  }

  @Test
  void theIndexIsBuiltAtTheFirstSearchAndOnceForAllThreads() throws Exception {
    ToolSearch search = ManyTools.search();
    assertThat(search.isBuilt()).isFalse();
    try (Aside aside = new Aside()) {
      CountDownLatch go = new CountDownLatch(1);
      List<Future<List<ToolHit>>> found = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        found.add(
            aside.call(
                () -> {
                  Aside.await(go);
                  return search.search("list pods", 10);
                }));
      }
      go.countDown();
      List<ToolHit> first = Aside.get(found.get(0));
      for (Future<List<ToolHit>> other : found) {
        assertThat(Aside.get(other)).isEqualTo(first).hasSize(10);
      }
    }
    assertThat(search.isBuilt()).isTrue();
  }

  @Test
  void ofASchemaWithoutEndOnlyTheBeginIsRead() {
    Map<String, Object> deep = Map.of("title", "abyss");
    for (int i = 0; i < 30; i++) {
      deep = Map.of("title", i == 29 ? "surface" : "water", "not", deep);
    }
    List<Object> many = new ArrayList<>();
    many.add(Map.of("title", "first"));
    for (int i = 0; i < 3_000; i++) {
      many.add(Map.of("title", "word" + i));
    }
    many.add(Map.of("title", "last"));
    ToolSearch search =
        over(ManyTools.tool("deep", "", deep), ManyTools.tool("long", "", Map.of("anyOf", many)));

    assertThat(names(search.search("surface", 5))).containsExactly("deep");
    assertThat(search.search("abyss", 5)).isEmpty();
    assertThat(names(search.search("first", 5))).containsExactly("long");
    assertThat(search.search("last", 5)).isEmpty();
  }
}
