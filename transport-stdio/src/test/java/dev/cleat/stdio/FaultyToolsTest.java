// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Faults of tools, which end one request and not the connection. */
class FaultyToolsTest extends ServerOverStreams {
  @Test
  void aFaultOfAToolIsAFailureWithAnIdAndWithoutItsDetails() throws Exception {
    RawPeer peer =
        peerOf(
            ECHO,
            tool(
                "throws",
                (call, context) -> {
                  throw new IllegalStateException("s3cret");
                }),
            tool("asserts", (call, context) -> fail(new AssertionError("s3cret"))),
            tool("overflows", (call, context) -> fail(new StackOverflowError("s3cret"))),
            tool("unlinked", (call, context) -> fail(new NoClassDefFoundError("s3cret"))),
            tool("outOfMemory", (call, context) -> fail(new OutOfMemoryError("s3cret"))),
            tool("null", (call, context) -> null),
            tool(
                "noJson",
                (call, context) ->
                    new ToolResult.Success(
                        List.of(), Optional.of(Map.of("x", new StringBuilder())), Map.of())),
            tool(
                "notANumber",
                (call, context) ->
                    new ToolResult.Success(
                        List.of(), Optional.of(Map.of("x", Double.NaN)), Map.of())),
            tool("tooDeep", (call, context) -> tooDeep()));

    List<String> names =
        List.of(
            "throws",
            "asserts",
            "overflows",
            "unlinked",
            "outOfMemory",
            "null",
            "noJson",
            "notANumber",
            "tooDeep");
    for (String name : names) {
      peer.call(name, name, "{}");
      Map<String, Object> answer = peer.next();
      assertThat(answer.get("id")).isEqualTo(name);
      assertThat(kind(answer)).as("%s", answer).isEqualTo("internal");
      assertThat(textOf(answer))
          .containsPattern(name + " failed because of a fault in it \\([0-9a-f]{8}\\)")
          .doesNotContain("s3cret");
    }
    peer.call(1, "echo", "{}");
    assertThat(textOf(peer.next())).isEqualTo("{}");
  }

  @Test
  void aToolSetThatFailsEndsOneRequestAndNotTheConnection() throws Exception {
    ToolSet broken =
        new ToolSet() {
          private boolean read;

          @Override
          public synchronized List<ServedTool> tools() {
            if (read) {
              throw new IllegalStateException("s3cret");
            }
            read = true;
            return List.of(ECHO);
          }
        };
    RawPeer peer = peerOf(McpServer.builder().tools(broken)).initialized();

    peer.request(1, "tools/list", "");
    peer.call(2, "echo", "{}");
    List<Map<String, Object>> answers = peer.answersTo(1L, 2L);

    assertThat(answers).extracting(ServerOverStreams::code).containsOnly(-32603L);
    assertThat(answers.toString()).doesNotContain("s3cret");
    assertThat(peer.untilFence()).isEmpty();
  }

  private static ToolResult fail(Error error) {
    throw error;
  }

  private static ToolResult tooDeep() {
    Object value = "x";
    for (int i = 0; i < 5_000; i++) {
      value = List.of(value);
    }
    return new ToolResult.Success(List.of(), Optional.of(Map.of("x", value)), Map.of());
  }

  @Test
  void anAnswerThatIsTooLargeIsReplacedByOneThatSaysSo() throws Exception {
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tools(
                        ToolSet.of(
                            ECHO,
                            tool("large", (call, context) -> ToolResult.text("x".repeat(5_000))))),
                Limits.builder().maxMessageBytes(2_000).build())
            .initialized();

    peer.call(1, "large", "{}");
    Map<String, Object> answer = peer.next();
    peer.call(2, "echo", "{}");

    assertThat(answer.get("id")).isEqualTo(1L);
    assertThat(code(answer)).isEqualTo(-32603L);
    assertThat(answer.toString()).contains("too large", "2000");
    assertThat(textOf(peer.next())).isEqualTo("{}");
  }
}
