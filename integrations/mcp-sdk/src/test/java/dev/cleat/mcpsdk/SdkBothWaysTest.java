// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Json;
import dev.cleat.ToolCall;
import dev.cleat.mcp.McpClient;
import dev.cleat.testkit.NoLeaks;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server of the SDK with our tools, called by clients of the SDK: plain, and as one of ours. */
@ExtendWith(NoLeaks.class)
class SdkBothWaysTest {
  @Test
  void isCalledByAClientOfTheSdk() throws Exception {
    McpSyncClient client =
        io.modelcontextprotocol.client.McpClient.sync(SdkClientTest.transport(DeskServer.BY_SDK))
            .requestTimeout(Duration.ofSeconds(30))
            .build();
    try {
      client.initialize();

      McpSchema.CallToolResult echoed =
          client.callTool(
              McpSchema.CallToolRequest.builder("echo").arguments(Map.of("word", "hi")).build());
      assertThat(echoed.isError()).isNotEqualTo(Boolean.TRUE);
      assertThat(echoed.structuredContent()).isEqualTo(Map.of("word", "hi", "length", 2));

      McpSchema.CallToolResult failed =
          client.callTool(McpSchema.CallToolRequest.builder("fail").arguments(Map.of()).build());
      assertThat(failed.isError()).isTrue();
      assertThat(failed.meta())
          .containsEntry(
              "dev.cleat/failure",
              Map.of(
                  "kind", "conflict",
                  "message", "There is a desk already.",
                  "hint", "Use that one.",
                  "retryable", true));

      McpSchema.CallToolResult rich =
          client.callTool(McpSchema.CallToolRequest.builder("rich").arguments(Map.of()).build());
      assertThat(rich.content())
          .extracting(McpSchema.Content::type)
          .containsExactly(
              "text", "image", "audio", "resource", "resource", "resource_link", "text");

      assertThatThrownBy(
              () ->
                  client.callTool(
                      McpSchema.CallToolRequest.builder("refuse").arguments(Map.of()).build()))
          .isInstanceOfSatisfying(
              McpError.class,
              refused -> assertThat(refused.getJsonRpcError().code()).isEqualTo(-31999));
    } finally {
      client.closeGracefully();
    }
  }

  @Test
  void isOneOfOursOverTheSdkAtBothEnds() {
    Guest guest = new Guest(true);
    try (McpClient client =
        SdkClient.builder(SdkClientTest.transport(DeskServer.BY_SDK)).features(guest).connect()) {
      assertThat(client.callTool(ToolCall.of("rich", Map.of()))).isEqualTo(Desk.rich());
      assertThat(client.callTool(ToolCall.of("ask_name", Map.of())).text()).isEqualTo("Hello, Ada");
    }
  }

  @Test
  void putsBlocksThatTheSdkDoesNotKnowAsTheirJson() {
    Map<String, Object> strange = Map.of("type", "hologram", "data", "…");
    Map<String, Object> text = Map.of("type", "text", "text", "plain");

    Map<String, Object> readable =
        SdkJson.readable(Map.of("content", List.of(strange, text), "isError", true));

    assertThat(readable)
        .isEqualTo(
            Map.of(
                "content",
                List.of(Map.of("type", "text", "text", Json.print(strange)), text),
                "isError",
                true));
  }
}
