// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a search finds is called, or nothing is. */
@ExtendWith(NoLeaks.class)
class SearchAndCallTest {
  private static final ToolCall NO_ARGUMENTS = ToolCall.of("", Map.of());

  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
  }

  private ToolHit find(String words) {
    List<ToolHit> hits = registry.searchTools(words, 3);
    assertThat(hits).isNotEmpty();
    return hits.get(0);
  }

  @Test
  void aToolThatWasFoundIsCalledAtItsClient() {
    registry.register("ray", new FakeClient("ray", "list_jobs", "stop_cluster"));
    registry.register("kube", new FakeClient("kube", "list_pods"));

    ToolHit hit = find("stop cluster");

    assertThat(hit.name()).isEqualTo("ray__stop_cluster");
    assertThat(registry.callTool(hit, NO_ARGUMENTS).text()).isEqualTo("ray");
  }

  @Test
  void aToolOfAClientThatWasReplacedIsGoneAlsoWhenItsSuccessorHasTheSame() {
    registry.register("ray", new FakeClient("old", "stop_cluster"));
    ToolHit hit = find("stop cluster");
    FakeClient fresh = new FakeClient("new", "stop_cluster");

    registry.register("ray", fresh);

    assertThatThrownBy(() -> registry.callTool(hit, NO_ARGUMENTS))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessageContaining("ToolGone");
    assertThat(fresh.calls).hasValue(0);
    assertThat(registry.callTool(find("stop cluster"), NO_ARGUMENTS).text()).isEqualTo("new");
  }

  @Test
  void aToolThatItsServerTookBackIsGone() {
    FakeClient client = new FakeClient("ray", "stop_cluster");
    registry.register("ray", client);
    ToolHit hit = find("stop cluster");

    client.changeTools("list_jobs");
    Aside.until(
        "the new list is there", () -> registry.tools().get(0).name().equals("ray__list_jobs"));

    assertThatThrownBy(() -> registry.callTool(hit, NO_ARGUMENTS))
        .isInstanceOf(McpException.NotFound.class);
    assertThat(registry.searchTools("cluster", 3)).isEmpty();
  }

  @Test
  void aToolOfAClientThatIsGoneIsGone() {
    FakeClient client = new FakeClient("ray", "stop_cluster");
    registry.register("ray", client);
    ToolHit hit = find("stop cluster");

    client.lose("it was killed");
    assertThatThrownBy(() -> registry.callTool(hit, NO_ARGUMENTS))
        .isInstanceOf(McpException.NotFound.class);

    registry.unregister("ray");
    assertThatThrownBy(() -> registry.callTool(hit, NO_ARGUMENTS))
        .isInstanceOf(McpException.NotFound.class);
  }
}
