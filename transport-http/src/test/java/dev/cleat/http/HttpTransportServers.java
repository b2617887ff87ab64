// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.http.HttpTransportPeer.Call;
import dev.cleat.http.HttpTransportPeer.Script;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Small MCP servers of every era, with one tool that says back what it is told. */
final class HttpTransportServers {
  static final String SESSION = "s-1";

  private HttpTransportServers() {}

  static Map<String, Object> tool(String name, Map<String, Object> properties) {
    return Map.of("name", name, "inputSchema", Map.of("type", "object", "properties", properties));
  }

  static final Map<String, Object> ECHO = tool("echo", Map.of("text", Map.of("type", "string")));

  static Map<String, Object> echoed(Call call) {
    Map<?, ?> arguments = (Map<?, ?>) call.params().get("arguments");
    return Map.of(
        "content", List.of(Map.of("type", "text", "text", String.valueOf(arguments.get("text")))));
  }

  static final Map<String, Object> DISCOVERED =
      Map.of("supportedVersions", List.of("2026-07-28"), "capabilities", Map.of());

  static Map<String, Object> initialized(String revision) {
    return Map.of(
        "protocolVersion",
        revision,
        "capabilities",
        Map.of(),
        "serverInfo",
        Map.of("name", "scripted", "version", "1"));
  }

  /** The newer era; calls are answered by the script. */
  static Script modern(Script calls) {
    return call -> {
      if (!call.verb.equals("POST") || !call.isModern()) {
        call.status(405);
      } else if (call.is("server/discover")) {
        call.result(DISCOVERED);
      } else if (call.is("tools/list")) {
        call.result(Map.of("tools", List.of(ECHO), "ttlMs", 0, "cacheScope", "private"));
      } else {
        calls.play(call);
      }
    };
  }

  static Script modern() {
    return modern(call -> call.result(echoed(call)));
  }

  /** The older era with a session, or without; a stream of its own when there is one to GET. */
  static Script older(boolean session, Script calls, Script gets) {
    return call -> {
      if (call.verb.equals("GET")) {
        gets.play(call);
      } else if (call.verb.equals("DELETE")) {
        call.status(200);
      } else if (call.isModern()) {
        call.body(400, "text/plain", "Bad Request: no session");
      } else if (call.is("initialize")) {
        if (session) {
          call.set("Mcp-Session-Id", SESSION);
        }
        call.result(initialized("2025-11-25"));
      } else if (session && !SESSION.equals(call.header("Mcp-Session-Id"))) {
        call.error(400, -32000, "Bad Request: no session");
      } else if (!call.message.containsKey("id") || !call.message.containsKey("method")) {
        call.status(202);
      } else if (call.is("tools/list")) {
        call.result(Map.of("tools", List.of(ECHO)));
      } else {
        calls.play(call);
      }
    };
  }

  static Script older(boolean session) {
    return older(session, call -> call.result(echoed(call)), call -> call.status(405));
  }

  /** Every answer as an event stream. */
  static Script olderInStreams() {
    return older(
        true,
        call -> call.stream().write(": hello\n\n").event(call.answer(echoed(call))),
        call -> call.status(405));
  }

  /** Revision 2024-11-05. */
  static Script oldest(String endpoint) {
    BlockingQueue<Map<String, Object>> answers = new LinkedBlockingQueue<>();
    return call -> {
      if (call.verb.equals("GET")) {
        call.stream().write("event: endpoint\ndata: " + endpoint + "\n\n");
        while (true) {
          Map<String, Object> answer = answers.take();
          if (answer.containsKey("end")) {
            return;
          }
          call.event(answer);
        }
      } else if (call.path.equals("/mcp")) {
        call.status(405);
      } else {
        Map<String, Object> answer = new HashMap<>();
        if (call.is("initialize")) {
          answer.putAll(call.answer(initialized("2024-11-05")));
        } else if (call.is("tools/list")) {
          answer.putAll(call.answer(Map.of("tools", List.of(ECHO))));
        } else if (call.is("tools/call")) {
          boolean end =
              echoed(call).toString().contains("=end,")
                  || echoed(call).toString().contains("text=end");
          answer.putAll(end ? Map.of("end", true) : call.answer(echoed(call)));
        }
        call.status(202);
        if (!answer.isEmpty()) {
          answers.add(answer);
        }
      }
    };
  }
}
