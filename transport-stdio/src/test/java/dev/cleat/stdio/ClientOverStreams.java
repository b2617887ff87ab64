// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client over streams, and the raw peer that is its server. */
@ExtendWith(LeaksNothing.class)
abstract class ClientOverStreams {
  static final Limits LIMITS =
      Limits.builder()
          .eraProbeTimeout(Duration.ofSeconds(20))
          .connectTimeout(Duration.ofSeconds(20))
          .callTimeout(Duration.ofSeconds(20))
          .build();

  static final String DISCOVERED =
      "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
          + "\"instructions\":\"Roll.\",\"resultType\":\"complete\",\"_meta\":{"
          + "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"dice\",\"version\":\"7\"}}}";

  final RawPeer server = new RawPeer(LIMITS);

  McpClient client;

  @AfterEach
  void closeAll() throws Exception {
    if (client != null) {
      client.close();
    }
    server.close();
  }

  static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "caller");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  static <T> T get(Future<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  static Throwable failureOf(Future<?> future) throws Exception {
    try {
      return new AssertionError("It did not fail: " + get(future));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  Future<McpClient> connecting(Limits limits) {
    return inBackground(() -> McpClient.connect(server::connection, limits));
  }

  void modern() throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);
    server.respond(server.next("server/discover").get("id"), DISCOVERED);
    client = get(connecting);
  }

  void legacy(String revision) throws Exception {
    legacy(revision, LIMITS);
  }

  void legacy(String revision, Limits limits) throws Exception {
    Future<McpClient> connecting = connecting(limits);
    error(server.next("server/discover").get("id"), -32601, "what?", "");
    server.respond(
        server.next("initialize").get("id"),
        "{\"protocolVersion\":\""
            + revision
            + "\",\"capabilities\":{},\"serverInfo\":{\"name\":\"old\",\"version\":\"1\"}}");
    client = get(connecting);
    server.next("notifications/initialized");
  }

  void error(Object id, int code, String message, String data) throws Exception {
    server.send(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + dev.cleat.Json.print(id)
            + ",\"error\":{\"code\":"
            + code
            + ",\"message\":\""
            + message
            + "\""
            + (data.isEmpty() ? "" : ",\"data\":" + data)
            + "}}");
  }

  Future<ToolResult> calling(String tool) {
    return inBackground(() -> client.callTool(ToolCall.of(tool, Map.of())));
  }

  static Map<?, ?> params(Map<String, Object> message) {
    return (Map<?, ?>) message.get("params");
  }

  static String text(String text) {
    return "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}";
  }
}
