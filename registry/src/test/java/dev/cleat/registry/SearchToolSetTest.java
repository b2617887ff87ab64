// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Access;
import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.FailureKind;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many tools behind a search, served over real sessions of both eras. */
@ExtendWith(NoLeaks.class)
class SearchToolSetTest {
  private final ManySet all = new ManySet();

  private static SearchTools.Answer find(TestClient client, String query) {
    return client.call("search_tools", Map.of("query", query)).succeedsAs(SearchTools.Answer.class);
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void aFewAreListedAndAllAreFoundAndCalled(Era era) {
    ManyTools.byNamespace()
        .forEach((namespace, tools) -> ManyTools.qualified(namespace, tools).forEach(all::add));
    all.add("roll", (call, context) -> ToolResult.text("six"));
    all.always.add("roll");

    try (TestClient client = all.client(era)) {
      assertThat(client.tools())
          .extracting(Tool::name)
          .containsExactly("search_tools", "call_tool", "roll");
      SearchTools.Answer found = find(client, "list pods in a namespace");
      assertThat(found.tools()).hasSize(5);
      SearchTools.Row first = found.tools().get(0);
      assertThat(first.name()).isEqualTo("k8s__pods_list_in_namespace");
      assertThat(first.effect()).isEqualTo("unknown");
      assertThat(first.description()).startsWith("List all the Kubernetes pods in the specified");
      assertThat(first.inputSchema().orElseThrow().toString()).contains("labelSelector");
      assertThat(found.truncated()).isTrue();
      assertThat(found.summary()).matches("The best 5 of \\d+ that have any of these words\\.");
      client
          .call("call_tool", ManySet.calling(first.name(), Map.of("namespace", "default")))
          .succeedsWithText(first.name());
      client.call(first.name(), Map.of()).succeedsWithText(first.name());
      client.call("roll", Map.of()).succeedsWithText("six");
      client.call("call_tool", Map.of("name", "roll")).succeedsWithText("six");
    }
  }

  @Test
  void whoWantsToHearOfAResourceIsPassedOn() {
    try (SearchToolSet searched = all.searched(Access.READ_ONLY)) {
      assertThat(searched.subscribe("test://a")).isCompleted();
      assertThat(all.subscribed).containsExactly("test://a");

      searched.unsubscribe("test://a");
      assertThat(all.subscribed).isEmpty();
    }
  }

  @Test
  void whatAToolMayDoIsSaid() {
    all.add(Tool.named("a_get").readOnly(), (call, context) -> ToolResult.text(""));
    all.add(Tool.named("b_put").writes(), (call, context) -> ToolResult.text(""));
    all.add(Tool.named("c_drop").destructive(), (call, context) -> ToolResult.text(""));
    all.add(
        new Tool(
            "d_feed",
            Optional.of("From \tits\ntitle"),
            " ",
            Schema.anyObject(),
            Optional.empty(),
            ToolHints.UNKNOWN,
            Map.of()));

    try (TestClient client = all.client(Era.STATELESS)) {
      SearchTools.Answer found = find(client, "get put drop feed");

      assertThat(found.tools())
          .extracting(SearchTools.Row::effect)
          .containsExactlyInAnyOrder("reads", "writes", "destroys", "unknown");
      assertThat(found.tools()).extracting(SearchTools.Row::description).contains("From its title");
      assertThat(found.summary()).isEqualTo("All 4 that have any of these words.");
      assertThat(found.truncated()).isFalse();
      assertThat(find(client, "elephant").summary())
          .isEqualTo("No tool has any of these words. Try others.");
    }
  }

  @ParameterizedTest
  @EnumSource(Era.class)
  void whatIsNotAllowedIsNeitherFoundNorCalled(Era era) {
    all.add(Tool.named("list_files").readOnly(), (call, context) -> ToolResult.text("a b"));
    all.add(Tool.named("delete_files").destructive(), (call, context) -> ToolResult.text("gone"));

    try (TestClient client = all.client(era, Access.READ_ONLY)) {
      assertThat(client.tools()).extracting(Tool::name).contains("search_tools", "call_tool");
      SearchTools.Answer found = find(client, "files");
      assertThat(found.tools()).extracting(SearchTools.Row::name).containsExactly("list_files");
      assertThat(found.truncated()).isFalse();
      ToolResult direct = client.call("delete_files", Map.of()).result();
      assertThat(client.call("call_tool", ManySet.calling("delete_files", Map.of())).result())
          .isEqualTo(direct)
          .isInstanceOfSatisfying(
              ToolResult.Failure.class,
              refused -> assertThat(refused.kind()).isEqualTo(FailureKind.NOT_ALLOWED));
      client.call("call_tool", ManySet.calling("list_files", Map.of())).succeedsWithText("a b");
      assertThat(
              client
                  .call("call_tool", ManySet.calling("delete_file", Map.of()))
                  .failsWith(FailureKind.NOT_FOUND)
                  .text())
          .doesNotContain("delete_files");
    }
  }

  @Test
  void answersAreBounded() {
    String huge = "x".repeat(20_000);
    for (int i = 0; i < 25; i++) {
      all.add(
          ManyTools.tool(
              "get_" + i, "word \n\t".repeat(50_000), Map.of("type", "object", "title", huge)));
    }
    try (TestClient client = all.client(Era.STATELESS)) {
      ToolResult.Success success =
          client.call("search_tools", Map.of("query", "get", "limit", 25)).succeeds();
      SearchTools.Answer found = success.as(SearchTools.Answer.class);

      assertThat(found.tools()).hasSize(25);
      assertThat(found.tools()).filteredOn(row -> row.inputSchema().isPresent()).hasSize(1);
      assertThat(found.tools())
          .allSatisfy(row -> assertThat(row.description()).hasSize(300).endsWith("…"));
      assertThat(found.summary())
          .contains("Too long to show here: the input schema of get_1, ")
          .endsWith("Search for one name with limit 1.");
      assertThat(success.text()).hasSizeLessThan(60_000);
      assertThat(
              client
                  .call("search_tools", Map.of("query", "get_7", "limit", 1))
                  .succeedsAs(SearchTools.Answer.class)
                  .tools()
                  .get(0)
                  .inputSchema())
          .isPresent();
    }
  }

  @Test
  void aCutDescriptionEndsInAWholeCharacter() {
    all.add(ManyTools.tool("face", "x".repeat(298) + "😀 and more", ""));
    try (TestClient client = all.client(Era.STATELESS)) {
      assertThat(find(client, "face").tools().get(0).description())
          .isEqualTo("x".repeat(298) + "…");
    }
  }

  @Test
  void onlyChangesOfTheListAreTold() {
    all.add("old", (call, context) -> ToolResult.text("x"));
    List<Object> heard = new ArrayList<>();
    AtomicReference<ChangeListener> told = new AtomicReference<>();
    SearchToolSet set = all.searched(Access.DESTRUCTIVE);
    set.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            heard.add(catalog);
          }

          @Override
          public void updated(String resourceUri) {
            heard.add(resourceUri);
          }
        });
    told.set(all.listeners.get(0));

    all.add("hidden", (call, context) -> ToolResult.text("x"));
    told.get().changed(Catalog.TOOLS);
    assertThat(heard).isEmpty();

    all.add("shown", (call, context) -> ToolResult.text("x"));
    all.always.add("shown");
    told.get().changed(Catalog.TOOLS);
    told.get().changed(Catalog.TOOLS);
    told.get().changed(Catalog.PROMPTS);
    told.get().updated("file:///a");

    assertThat(heard).containsExactly(Catalog.TOOLS, Catalog.PROMPTS, "file:///a");
  }

  @Test
  void whatIsNoToolIsThatOfTheSetBehind() {
    SearchToolSet set = all.searched(Access.DESTRUCTIVE);

    assertThat(set.readiness()).isEqualTo(all.readiness());
    assertThat(set.prompts()).isEmpty();
    assertThat(set.resources()).isEmpty();
    assertThat(set.templates()).isEmpty();
    assertThat(set.catalogs()).isEqualTo(all.catalogs());
    set.close();
  }

  @Test
  void ofADescriptionThatIsMostlyBlankOnlyTheBeginIsShown() {
    all.add(ManyTools.tool("wide", "begin" + " ".repeat(2_000) + "end", ""));
    all.add(ManyTools.tool("blank", " ".repeat(2_000) + "end", ""));
    try (TestClient client = all.client(Era.STATELESS)) {
      assertThat(find(client, "wide").tools().get(0).description()).isEqualTo("begin…");
      assertThat(find(client, "blank").tools().get(0).description()).isEqualTo("…");
    }
  }
}
