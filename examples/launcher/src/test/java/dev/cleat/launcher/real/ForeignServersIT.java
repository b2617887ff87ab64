// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Content;
import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.mcp.PeerInfo;
import dev.cleat.registry.Lease;
import dev.cleat.registry.McpRegistry;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A registry of MCP servers that others wrote, one of each era. */
@ExtendWith(NoLeaks.class)
class ForeignServersIT {
  private static final String LONG_OPERATION = "everything__trigger-long-running-operation";

  private static McpRegistry registry;

  @BeforeAll
  static void connect(@TempDir Path scratch) throws Exception {
    Peers peers = Peers.prepared(scratch);
    registry = McpRegistry.create();
    registry.register("everything", peers.everything());
    registry.register("time", peers.time());
  }

  @AfterAll
  static void close() {
    if (registry != null) {
      registry.close();
    }
  }

  @Test
  void theOlderEraIsSpokenWithAServerThatKnowsNoOther() {
    try (Lease everything = registry.acquire("everything")) {
      PeerInfo peer = everything.peer();

      assertThat(peer.name()).isEqualTo("mcp-servers/everything");
      assertThat(peer.protocolVersion()).isEqualTo("2025-11-25");
      assertThat(peer.instructions()).hasValueSatisfying(text -> assertThat(text).contains("LLM"));
    }
  }

  @Test
  void theNewerEraIsSpokenWithAServerThatKnowsBoth() {
    try (Lease time = registry.acquire("time")) {
      assertThat(time.peer().name()).isEqualTo("mcp-time");
      assertThat(time.peer().protocolVersion()).isEqualTo("2026-07-28");
    }
  }

  @Test
  void toolsAreListedWithTheirSchemasAndHints() {
    Map<String, Tool> tools =
        registry.tools().stream().collect(Collectors.toMap(Tool::name, tool -> tool));

    assertThat(tools)
        .containsKeys(LONG_OPERATION, "everything__get-sum", "time__convert_time")
        .hasSizeGreaterThan(12);
    assertThat(tools.get("everything__echo").hints())
        .isEqualTo(new ToolHints(true, false, true, false));
    assertThat(tools.get("everything__gzip-file-as-resource").hints())
        .isEqualTo(new ToolHints(false, false, true, true));
    assertThat(tools.get("everything__echo").title()).contains("Echo Tool");
    assertThat(tools.get("everything__echo").inputSchema().json())
        .containsEntry("$schema", "http://json-schema.org/draft-07/schema#")
        .containsEntry("required", List.of("message"));
    assertThat(tools.get("time__get_current_time").hints().readOnly()).isTrue();
    assertThat(tools.get("time__get_current_time").outputSchema())
        .hasValueSatisfying(
            schema -> assertThat(Json.print(schema.json())).contains("day_of_week"));
  }

  @Test
  void callsAreAnswered() {
    assertThat(succeeds("everything__echo", Map.of("message", "ŋ 😀 \u2028 \"\\")).text())
        .isEqualTo("Echo: ŋ 😀 \u2028 \"\\");
    assertThat(succeeds("everything__get-sum", Map.of("a", 2, "b", 40.5)).text())
        .isEqualTo("The sum of 2 and 40.5 is 42.5.");
    assertThat(succeeds("time__get_current_time", Map.of("timezone", "Asia/Tokyo")).structured())
        .hasValueSatisfying(
            now -> assertThat(((Map<?, ?>) now).get("timezone")).isEqualTo("Asia/Tokyo"));
  }

  @Test
  void contentOfEveryKindArrives() {
    ToolResult.Success weather =
        succeeds("everything__get-structured-content", Map.of("location", "Chicago"));
    assertThat(weather.structured()).contains(parsed(weather.text()));

    assertThat(succeeds("everything__get-tiny-image", Map.of()).content())
        .filteredOn(block -> block instanceof Content.Image)
        .singleElement()
        .satisfies(image -> assertThat(((Content.Image) image).mimeType()).isEqualTo("image/png"));
    assertThat(succeeds("everything__get-resource-links", Map.of("count", 2)).content())
        .filteredOn(block -> block instanceof Content.Link)
        .extracting(link -> ((Content.Link) link).resource().uri())
        .hasSize(2)
        .allSatisfy(uri -> assertThat(uri).startsWith("demo://resource/dynamic/"));
  }

  @Test
  void aWrongArgumentIsAFailureThatTheServerExplains() {
    assertThat(fails("everything__get-sum", Map.of("a", "two", "b", 40)).message())
        .contains("get-sum", "expected number");
    assertThat(fails("everything__echo", Map.of()).message()).contains("message");
    assertThat(fails("time__get_current_time", Map.of("timezone", 7)).message())
        .contains("timezone", "valid string");
    assertThat(fails("time__get_current_time", Map.of("timezone", "Nowhere")).message())
        .contains("Invalid timezone");
  }

  @Test
  void anUnknownToolIsRefusedByTheRegistryBeforeAnyServerIsAsked() {
    assertThatThrownBy(() -> registry.callTool("everything__nope", Map.of()))
        .isInstanceOf(McpException.NotFound.class)
        .hasMessageContaining("everything__nope");
  }

  @Test
  void anUnknownToolIsRefusedByEachServerInItsWay() {
    try (Lease everything = registry.acquire("everything");
        Lease time = registry.acquire("time")) {
      ToolResult refusal = everything.callTool("nope", Map.of());
      assertThat(refusal).isInstanceOf(ToolResult.Failure.class);
      assertThat(refusal.text()).contains("nope", "not found");
      assertThatThrownBy(() -> time.callTool("nope", Map.of()))
          .isInstanceOfSatisfying(
              McpException.Protocol.class, e -> assertThat(e.code()).isEqualTo(-32602));
    }
  }

  @Test
  void progressReachesTheListener() {
    Progress progress = new Progress();

    ToolResult result =
        registry.callTool(
            ToolCall.of(LONG_OPERATION, Map.of("duration", 0.4, "steps", 4))
                .withListener(progress));

    assertThat(result.text()).contains("operation completed");
    assertThat(progress.reports()).containsExactly("1 of 4", "2 of 4", "3 of 4", "4 of 4");
  }

  @Test
  void aCallThatTakesTooLongEndsAndTheNextIsAnswered() {
    ToolCall tooLong = ToolCall.of(LONG_OPERATION, Map.of("duration", 60, "steps", 60));

    assertThatThrownBy(() -> registry.callTool(tooLong.withTimeout(Duration.ofMillis(300))))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
    assertThat(succeeds("everything__echo", Map.of("message", "next")).text())
        .isEqualTo("Echo: next");
  }

  @Test
  void aServerSeesOfOurEnvironmentOnlyWhatIsSafe() {
    Map<?, ?> seen = (Map<?, ?>) parsed(succeeds("everything__get-env", Map.of()).text());

    assertThat(seen.keySet())
        .extracting(String.class::cast)
        .isSubsetOf(
            List.of(
                "HOME",
                "LOGNAME",
                "PATH",
                "SHELL",
                "TERM",
                "USER",
                "LANG",
                "LC_ALL",
                "LC_CTYPE",
                "TMPDIR",
                "TZ",
                "CLEAT_CHILD"));
  }

  private static ToolResult.Success succeeds(String tool, Map<String, ?> arguments) {
    return (ToolResult.Success) registry.callTool(tool, arguments);
  }

  private static ToolResult.Failure fails(String tool, Map<String, ?> arguments) {
    return (ToolResult.Failure) registry.callTool(tool, arguments);
  }

  private static Object parsed(String text) {
    try {
      return Json.parse(text);
    } catch (Json.SyntaxException e) {
      throw new AssertionError(text, e);
    }
  }
}
