// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers that a raw peer talks to over streams, and what their answers say. */
@ExtendWith(LeaksNothing.class)
abstract class ServerOverStreams {
  static final ServedTool ECHO =
      tool("echo", (call, context) -> ToolResult.text(Json.print(call.arguments())));

  static final ServedTool DELETES =
      Tool.named("delete")
          .destructive()
          .handles(
              Schema.anyObject(),
              (call, context) -> {
                context.confirm("Delete " + call.arguments().get("what") + "?");
                return ToolResult.text("deleted " + call.arguments().get("what"));
              });

  final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }

  static ServedTool tool(String name, ToolHandler handler) {
    return Tool.named(name).says("For tests.").readOnly().handles(Schema.anyObject(), handler);
  }

  RawPeer peerOf(McpServer.Builder builder) {
    return peerOf(builder, Limits.defaults());
  }

  RawPeer peerOf(McpServer.Builder builder, Limits limits) {
    McpServer server = builder.limits(limits).build();
    RawPeer peer = new RawPeer(limits).servedBy(server);
    opened.add(peer);
    opened.add(server);
    return peer;
  }

  RawPeer peerOf(ServedTool... tools) throws Exception {
    return peerOf(McpServer.builder().tools(ToolSet.of(tools))).initialized();
  }

  static Object at(Map<String, Object> message, String... path) {
    Object here = message;
    for (String name : path) {
      here = here instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return here;
  }

  static String textOf(Map<String, Object> answer) {
    List<?> blocks = (List<?>) at(answer, "result", "content");
    return blocks == null
        ? "(no result) " + answer
        : (String) ((Map<?, ?>) blocks.get(0)).get("text");
  }

  static Object code(Map<String, Object> answer) {
    return at(answer, "error", "code");
  }

  static Object kind(Map<String, Object> answer) {
    return at(answer, "result", "_meta", "dev.cleat/failure", "kind");
  }
}
