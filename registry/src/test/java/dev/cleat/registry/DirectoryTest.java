// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** By which names tools are called, and that no name stands for two. */
@ExtendWith(NoLeaks.class)
class DirectoryTest {
  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
  }

  private static ManySet set(String... tools) {
    ManySet set = new ManySet();
    for (String tool : tools) {
      set.add(tool, (call, context) -> ToolResult.text("own " + tool));
    }
    return set;
  }

  private List<String> names() {
    return registry.tools().stream().map(Tool::name).toList();
  }

  @Test
  void aBareNameThatIsTheQualifiedOneOfAnotherIsRefused() {
    registry.register("ray", new FakeClient("ray"));
    ManySet own = set("ray__echo");

    assertThatThrownBy(() -> registry.registerTools("own", own))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The tool \"ray__echo\" is offered by both ray and own. Leave one of them out.");

    Aside.until("it is closed", () -> own.closed);
    assertThat(names()).containsExactly("ray__echo");
    assertThat(registry.callTool("ray__echo", Map.of()).text()).isEqualTo("ray");
  }

  @Test
  void aClientWhoseToolWouldBeHiddenByABareNameIsRefused() throws Exception {
    registry.registerTools("own", set("ray__echo"));
    FakeClient client = new FakeClient("ray");

    assertThatThrownBy(() -> registry.register("ray", client))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("offered by both");

    client.assertClosedProperly();
    assertThat(registry.callTool("ray__echo", Map.of()).text()).isEqualTo("own ray__echo");
  }

  @Test
  void oneBareNameOfTwoSetsIsRefused() {
    registry.registerTools("one", set("roll"));

    assertThatThrownBy(() -> registry.registerTools("two", set("flip", "roll")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The tool \"roll\" is offered by both one and two. Leave one of them out.");

    assertThat(names()).containsExactly("roll");
  }

  @Test
  void aToolOfThisProcessHasItsBareNameAlone() {
    registry.registerTools("own", set("roll"));

    assertThat(registry.callTool("roll", Map.of()).text()).isEqualTo("own roll");
    assertThatThrownBy(() -> registry.callTool("own__roll", Map.of()))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessageContaining("own__roll");
    assertThatThrownBy(() -> registry.callTool("__roll", Map.of()))
        .isInstanceOf(McpException.NotFound.class);
  }

  @Test
  void oneIndexServesAllSearchesUntilTheToolsAreOthers() {
    registry.register("ray", new FakeClient("ray", "list_jobs"));
    Directory directory = registry.parts().clients.directory();
    assertThat(registry.searchTools("jobs", 5))
        .extracting(ToolHit::name)
        .contains("ray__list_jobs");

    assertThat(directory.search()).isSameAs(directory.search());

    registry.register("k8s", new FakeClient("k8s", "kill_jobs"));
    assertThat(registry.searchTools("jobs", 5))
        .extracting(ToolHit::name)
        .containsExactlyInAnyOrder("ray__list_jobs", "k8s__kill_jobs");
  }
}
