// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Access;
import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A server with a few tools, and the requests that tests send to it. */
public final class Served implements AutoCloseable {
  static final String MODERN = "2026-07-28";
  static final String LEGACY = "2025-11-25";

  /** Let go by a test: calls of {@code hold} that have begun, and may end. */
  final Semaphore begun = new Semaphore(0);

  final CountDownLatch letGo = new CountDownLatch(1);
  final Semaphore interrupted = new Semaphore(0);

  final McpServer server;
  final HttpServer http;

  public record Said(String message) {}

  public record Nothing() {}

  Served() {
    this(http -> http);
  }

  Served(UnaryOperator<HttpServer.Builder> more) {
    this(builder -> builder, more);
  }

  Served(UnaryOperator<McpServer.Builder> moreServed, UnaryOperator<HttpServer.Builder> more) {
    server = moreServed.apply(served()).build();
    http = more.apply(HttpServer.builder(server)).start();
  }

  /** A server of which the endpoint is made by the test. */
  McpServer mcpServer() {
    return mcpServer(Limits.defaults());
  }

  McpServer mcpServer(Limits limits) {
    return served().limits(limits).build();
  }

  private McpServer.Builder served() {
    Map<String, Object> schema =
        RawHttp.parse(
            "{\"type\":\"object\",\"properties\":{"
                + "\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
                + "\"count\":{\"type\":\"integer\",\"x-mcp-header\":\"Count\"},"
                + "\"deep\":{\"type\":\"object\",\"properties\":{"
                + "\"flag\":{\"type\":\"boolean\",\"x-mcp-header\":\"Flag\"}}}}}");
    return McpServer.builder()
        .name("served", "1")
        .access(Access.DESTRUCTIVE)
        .limits(Limits.builder().shutdownGrace(Duration.ofMillis(500)).build())
        .tool("echo", "Says it again.", Said.class, Said.class, (said, call) -> said)
        .tool(
            "hold",
            "Waits until the test lets it go.",
            Nothing.class,
            Said.class,
            (nothing, call) -> {
              begun.release();
              try {
                boolean inTime = letGo.await(60, TimeUnit.SECONDS);
                return new Said(inTime ? "let go" : "forgotten");
              } catch (InterruptedException e) {
                interrupted.release();
                throw e;
              }
            })
        .tool(
            "progress",
            "Tells of its progress.",
            Nothing.class,
            Said.class,
            (nothing, call) -> {
              call.progress(1, 2, "half");
              return new Said("done");
            })
        .tool(
            Tool.named("routed")
                .says("Has arguments that travel in headers.")
                .handles(
                    Schema.of(schema),
                    (call, context) -> ToolResult.text(Json.print(call.arguments()))));
  }

  URI uri() {
    return http.uri();
  }

  static String modern(Object id, String method, String params) {
    String rest = params.isEmpty() ? "" : params + ",";
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + Json.print(id)
        + ",\"method\":\""
        + method
        + "\",\"params\":{"
        + rest
        + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\""
        + MODERN
        + "\",\"progressToken\":7,\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
  }

  static Map<String, String> modernHeaders(String method) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("MCP-Protocol-Version", MODERN);
    headers.put("Mcp-Method", method);
    return headers;
  }

  static Map<String, String> callHeaders(String tool) {
    Map<String, String> headers = modernHeaders("tools/call");
    headers.put("Mcp-Name", tool);
    return headers;
  }

  static String call(Object id, String tool, String arguments) {
    return modern(id, "tools/call", "\"name\":\"" + tool + "\",\"arguments\":{" + arguments + "}");
  }

  RawHttp.Answer post(Map<String, String> headers, String body) throws IOException {
    return RawHttp.once(uri(), "POST", headers, body);
  }

  static String legacy(Object id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + Json.print(id)
        + ",\"method\":\""
        + method
        + "\",\"params\":{"
        + params
        + "}}";
  }

  static String legacyCall(Object id, String tool, String arguments) {
    return legacy(
        id,
        "tools/call",
        "\"name\":\""
            + tool
            + "\",\"arguments\":{"
            + arguments
            + "},\"_meta\":{\"progressToken\":\"t"
            + id
            + "\"}");
  }

  static String initialize() {
    return legacy(
        0,
        "initialize",
        "\"protocolVersion\":\""
            + LEGACY
            + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}");
  }

  /** Begins a session of the older era; returns the headers that its requests carry. */
  Map<String, String> session() throws IOException {
    return session(Map.of());
  }

  Map<String, String> session(Map<String, String> more) throws IOException {
    RawHttp.Answer begun = post(more, initialize());
    if (begun.status() != 200) {
      throw new AssertionError(begun.status() + " " + begun.text());
    }
    Map<String, String> headers = new LinkedHashMap<>(more);
    headers.put("Mcp-Session-Id", begun.header("Mcp-Session-Id"));
    headers.put("MCP-Protocol-Version", LEGACY);
    return headers;
  }

  @Override
  public void close() {
    letGo.countDown();
    http.close();
  }
}
