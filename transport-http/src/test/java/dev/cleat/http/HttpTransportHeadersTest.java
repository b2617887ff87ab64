// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.http.HttpTransportPeer.Call;
import dev.cleat.spi.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpTransportHeadersTest {
  private static final Map<String, Object> TOOL =
      HttpTransportServers.tool(
          "echo",
          Map.of(
              "text", Map.of("type", "string", "x-mcp-header", "Text"),
              "count", Map.of("type", "integer", "x-mcp-header", "Count"),
              "sure", Map.of("type", List.of("boolean", "null"), "x-mcp-header", "Sure"),
              "where",
                  Map.of(
                      "type",
                      "object",
                      "properties",
                      Map.of("region", Map.of("type", "string", "x-mcp-header", "Region"))),
              "plain", Map.of("type", "string")));

  private static Map<String, Object> property(Object type, Object header) {
    return Map.of("a", Map.of("type", type, "x-mcp-header", header));
  }

  @Test
  void repeatsMarkedArgumentsAsHeaders() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  if (call.is("tools/list")) {
                    call.result(Map.of("tools", List.of(TOOL)));
                  } else {
                    call.result(Map.of("content", List.of()));
                  }
                });
        var link = new HttpTransportLink(peer)) {
      link.ask(1, "tools/list", Map.of());
      link.told.next(Message.Response.class);

      Map<String, Object> arguments = new HashMap<>();
      arguments.put("text", " hé\r\n");
      arguments.put("count", 42.0);
      arguments.put("sure", null);
      arguments.put("where", Map.of("region", "us-west 1"));
      arguments.put("plain", "p");
      link.ask(2, "tools/call", Map.of("name", "echo", "arguments", arguments));
      link.told.next(Message.Response.class);

      Call call = peer.await(c -> c.is("tools/call"));
      assertThat(call.header("Mcp-Param-Text")).startsWith("=?base64?");
      assertThat(HeaderValue.decode(call.header("Mcp-Param-Text"))).isEqualTo(" hé\r\n");
      assertThat(call.header("Mcp-Param-Count")).isEqualTo("42");
      assertThat(call.header("Mcp-Param-Sure")).isNull();
      assertThat(call.header("Mcp-Param-Region")).isEqualTo("us-west 1");
      assertThat(call.header("Mcp-Param-Plain")).isNull();
    }
  }

  @Test
  void leavesOutToolsWhoseHeadersBreakTheRules() throws Exception {
    List<Map<String, Object>> tools =
        List.of(
            TOOL,
            HttpTransportServers.tool("empty", property("string", "")),
            HttpTransportServers.tool("blank", property("string", "A B")),
            HttpTransportServers.tool("colon", property("string", "A:B")),
            HttpTransportServers.tool("foreign", property("string", "Région")),
            HttpTransportServers.tool("control", property("string", "A\t1")),
            HttpTransportServers.tool("number", property("string", 1L)),
            HttpTransportServers.tool("object", property("object", "A")),
            HttpTransportServers.tool("array", property("array", "A")),
            HttpTransportServers.tool("null", property("null", "A")),
            HttpTransportServers.tool(
                "twice",
                Map.of(
                    "a", Map.of("type", "string", "x-mcp-header", "Same"),
                    "b", Map.of("type", "string", "x-mcp-header", "sAME"))),
            HttpTransportServers.tool(
                "items",
                Map.of(
                    "a",
                    Map.of(
                        "type", "array", "items", Map.of("type", "string", "x-mcp-header", "A")))),
            // Not the keyword, but the name of a property, and a value.
            HttpTransportServers.tool(
                "named", Map.of("x-mcp-header", Map.of("enum", List.of("x-mcp-header")))));
    try (var peer = new HttpTransportPeer(call -> call.result(Map.of("tools", tools)));
        var link = new HttpTransportLink(peer)) {
      link.ask(1, "tools/list", Map.of());

      List<?> kept = (List<?>) link.told.next(Message.Response.class).result().get("tools");
      assertThat(kept)
          .extracting(tool -> ((Map<?, ?>) tool).get("name"))
          .map(Object::toString)
          .containsExactly("echo", "named");
    }
  }

  @Test
  void namesResourcesPromptsAndTasks() throws Exception {
    try (var peer = new HttpTransportPeer(call -> call.result(Map.of()));
        var link = new HttpTransportLink(peer)) {
      link.ask(1, "resources/read", Map.of("uri", "file:///ä"));
      link.ask(2, "prompts/get", Map.of("name", "p"));
      link.ask(3, "tasks/get", Map.of("taskId", "t"));
      link.ask(4, "tools/list", Map.of());
      for (int i = 0; i < 4; i++) {
        link.told.next(Message.Response.class);
      }

      Map<String, String> names = new HashMap<>();
      peer.calls().forEach(call -> names.put(call.header("Mcp-Method"), call.header("Mcp-Name")));
      assertThat(HeaderValue.decode(names.get("resources/read"))).isEqualTo("file:///ä");
      assertThat(names).containsEntry("prompts/get", "p").containsEntry("tasks/get", "t");
      assertThat(names).containsEntry("tools/list", null);
    }
  }

  @Test
  void listsAgainWhenTheServerMissesAHeader() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  if (call.is("tools/list")) {
                    boolean first = !call.params().containsKey("cursor");
                    call.result(
                        first
                            ? Map.of("tools", List.of(), "nextCursor", "2")
                            : Map.of("tools", List.of(TOOL)));
                  } else if (call.header("Mcp-Param-Text") == null) {
                    call.error(400, -32020, "Mcp-Param-Text is missing");
                  } else {
                    call.result(HttpTransportServers.echoed(call));
                  }
                });
        var link = new HttpTransportLink(peer)) {
      link.call(1);

      assertThat(link.told.next(Message.Response.class).id()).isEqualTo(1L);
      assertThat(peer.calls())
          .extracting(Call::method)
          .containsExactly("tools/call", "tools/list", "tools/list", "tools/call");
    }
  }

  @Test
  void aMismatchThatStaysIsTheAnswer() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  if (call.is("tools/list")) {
                    call.result(Map.of("tools", List.of(TOOL)));
                  } else {
                    call.error(400, -32020, "no");
                  }
                });
        var link = new HttpTransportLink(peer)) {
      link.call(1);

      assertThat(link.told.next(Message.ErrorResponse.class).code()).isEqualTo(-32020);
      assertThat(peer.calls()).hasSize(3);
    }
  }
}
