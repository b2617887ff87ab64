// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Content;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What older revisions must not see. */
class OlderRevisionsTest extends ServerOverStreams {
  private static Map<String, Object> only(List<Map<String, Object>> messages, Object id) {
    return messages.stream().filter(m -> Objects.equals(m.get("id"), id)).findAny().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"})
  void noRevisionGetsAnythingNewerThanItself(String revision) throws Exception {
    Map<String, Object> anyValue = Map.of("type", "array");
    Tool rich =
        new Tool(
            "rich",
            Optional.of("Rich"),
            "Has it all.",
            Schema.anyObject(),
            Optional.of(Schema.of(anyValue)),
            new ToolHints(true, false, true, false),
            Map.of("x", 1));
    ToolResult result =
        new ToolResult.Success(
            List.of(
                new Content.Text("t"),
                new Content.Audio("AAAA", "audio/wav"),
                new Content.Other(
                    "resource_link",
                    Map.of("type", "resource_link", "uri", "file:///x", "name", "x"))),
            Optional.of(List.of(1L)),
            Map.of());
    ServedTool served =
        new ServedTool(
            rich,
            (call, context) -> {
              context.progress(1, 2, "half");
              return result;
            });
    RawPeer peer = peerOf(McpServer.builder().tool(served));
    boolean modern = revision.equals("2026-07-28");
    String meta =
        modern
            ? RawPeer.MODERN.replace("{}}", "{},\"progressToken\":1}")
            : "\"_meta\":{\"progressToken\":1}";
    if (!modern) {
      peer.initialized(revision, "{}");
    }

    peer.request(1, "tools/list", meta);
    peer.request(2, "tools/call", "\"name\":\"rich\"," + meta);
    List<Map<String, Object>> said = peer.next(3);
    Map<?, ?> tool = (Map<?, ?>) ((List<?>) at(only(said, 1L), "result", "tools")).get(0);
    Map<String, Object> progress = only(said, null);
    Map<String, Object> answer = only(said, 2L);

    int age = revision.compareTo("2025-03-26");
    assertThat(tool.containsKey("annotations")).isEqualTo(age >= 0);
    assertThat(at(progress, "params", "message")).isEqualTo(age >= 0 ? "half" : null);
    assertThat(answer.toString().contains("type=audio")).isEqualTo(age >= 0);
    boolean structured = revision.compareTo("2025-06-18") >= 0;
    assertThat(tool.containsKey("title")).isEqualTo(structured);
    assertThat(tool.containsKey("_meta")).isEqualTo(structured);
    assertThat(answer.toString().contains("type=resource_link")).isEqualTo(structured);
    // A schema or value that is no object belongs to the newer era alone.
    assertThat(tool.containsKey("outputSchema")).isEqualTo(modern);
    assertThat(at(answer, "result", "structuredContent")).isEqualTo(modern ? List.of(1L) : null);
    assertThat(at(answer, "result", "resultType")).isEqualTo(modern ? "complete" : null);
    // What cannot be said in full is still mentioned.
    assertThat((List<?>) at(answer, "result", "content")).hasSize(3);
  }
}
