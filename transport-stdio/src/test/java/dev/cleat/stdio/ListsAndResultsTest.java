// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Content;
import dev.cleat.FailureKind;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a client makes of the lists and results of servers. */
class ListsAndResultsTest extends ClientOverStreams {
  @Test
  void allPagesAreReadAndEntriesThatAreNoToolsLeftOut() throws Exception {
    modern();
    Future<List<Tool>> listing = inBackground(() -> client.listTools());

    server.respond(
        server.next("tools/list").get("id"),
        "{\"tools\":[{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}},"
            + "{\"name\":\"no schema\"},7,null],\"nextCursor\":\"\"}");
    Map<String, Object> second = server.next("tools/list");
    server.respond(
        second.get("id"),
        "{\"tools\":[{\"name\":\"b\",\"title\":\"B\",\"inputSchema\":{\"x\":[]},"
            + "\"annotations\":{\"readOnlyHint\":true},\"_meta\":{\"k\":1}}]}");
    List<Tool> tools = get(listing);

    assertThat(params(second).get("cursor")).as("an empty cursor is one").isEqualTo("");
    assertThat(tools).extracting(Tool::name).containsExactly("a", "b");
    assertThat(tools.get(0).hints()).isSameAs(dev.cleat.ToolHints.UNKNOWN);
    assertThat(tools.get(1).hints().readOnly()).isTrue();
    assertThat(tools.get(1).inputSchema().json()).isEqualTo(Map.of("x", List.of()));
    assertThat(tools.get(1).meta()).isEqualTo(Map.of("k", 1L));
  }

  @Test
  void aServerThatPagesInCirclesIsStopped() throws Exception {
    legacy("2025-11-25", Limits.builder().from(LIMITS).maxTools(3).build());
    Future<List<Tool>> listing = inBackground(() -> client.listTools());

    for (int i = 0; i < 4; i++) {
      server.respond(
          server.next("tools/list").get("id"),
          "{\"tools\":[{\"name\":\"a\",\"inputSchema\":{}}],\"nextCursor\":\"again\"}");
    }

    assertThat(failureOf(listing))
        .isInstanceOf(McpException.class)
        .hasMessageContaining("tools")
        .hasMessageContaining("3");
  }

  @Test
  void whatThisClientDoesNotKnowInAResultIsKept() throws Exception {
    modern();
    Future<ToolResult> call = calling("rich");

    server.respond(
        server.next("tools/call").get("id"),
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\",\"annotations\":{\"priority\":1}},"
            + "{\"type\":\"image\",\"data\":\"AA==\",\"mimeType\":\"image/png\"},"
            + "{\"type\":\"hologram\",\"x\":1},{\"no\":\"type\"},7],"
            + "\"structuredContent\":[1],\"_meta\":{\"k\":\"v\"}}");

    assertThat(get(call))
        .isEqualTo(
            new ToolResult.Success(
                List.of(
                    new Content.Other(
                        "text",
                        Map.of("type", "text", "text", "a", "annotations", Map.of("priority", 1L))),
                    new Content.Image("AA==", "image/png"),
                    new Content.Other("hologram", Map.of("type", "hologram", "x", 1L))),
                Optional.of(List.of(1L)),
                Map.of("k", "v")));
  }

  @Test
  void aFailureOfOursKeepsItsKindAndAForeignOneItsWords() throws Exception {
    legacy("2025-11-25");
    Future<ToolResult> ours = calling("ours");
    server.respond(
        server.next("tools/call").get("id"),
        "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"No job 7. List them.\"}],"
            + "\"_meta\":{\"dev.cleat/failure\":{\"kind\":\"not_found\",\"message\":\"No job 7.\","
            + "\"hint\":\"List them.\",\"retryable\":true}}}");
    Future<ToolResult> foreign = calling("foreign");
    server.respond(
        server.next("tools/call").get("id"),
        "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"boom\"}]}");

    assertThat(get(ours))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            f -> {
              assertThat(f.kind()).isEqualTo(FailureKind.NOT_FOUND);
              assertThat(f.message()).isEqualTo("No job 7.");
              assertThat(f.hint()).isEqualTo("List them.");
              assertThat(f.retryable()).isTrue();
            });
    assertThat(get(foreign))
        .isInstanceOfSatisfying(
            ToolResult.Failure.class,
            f -> {
              assertThat(f.kind()).isEqualTo(FailureKind.UPSTREAM);
              assertThat(f.message()).isEqualTo("boom");
            });
  }
}
