// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A dashboard on loopback that says what a test wants it to say, and remembers what it was asked.
 */
final class ScriptedDashboard implements AutoCloseable {
  static final String VERSION =
      "{\"version\":\"4\",\"ray_version\":\"2.60.0\",\"session_name\":\"session_1\"}";

  /** What was asked. */
  record Asked(
      String method,
      String path,
      String query,
      Map<String, String> headers,
      String body,
      ByteBuffer content) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(body);
    }
  }

  /** What is answered. */
  record Reply(int status, String type, ByteBuffer body, Map<String, String> headers) {
    static Reply json(String body) {
      return json(200, body);
    }

    static Reply json(int status, String body) {
      return new Reply(status, "application/json", utf8(body), Map.of());
    }

    static Reply text(int status, String body) {
      return new Reply(status, "text/plain", utf8(body), Map.of());
    }

    static Reply bytes(byte[] body) {
      return new Reply(200, "text/plain", ByteBuffer.wrap(body), Map.of());
    }

    static ByteBuffer utf8(String text) {
      return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  interface Script {
    Reply reply(Asked asked) throws Exception;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final Map<String, Script> prefixes = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  ScriptedDashboard() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    on("GET /api/version", VERSION);
    on("GET /api/authentication_mode", "{\"authentication_mode\":\"disabled\"}");
    nodes("{\"CPU\":2.0,\"memory\":24000000000.0}");
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers with that JSON. */
  ScriptedDashboard on(String methodAndPath, String json) {
    return on(methodAndPath, request -> Reply.json(json));
  }

  ScriptedDashboard on(String methodAndPath, Script script) {
    scripts.put(methodAndPath, script);
    return this;
  }

  /** Answers all that begins like that and has no script of its own. */
  ScriptedDashboard onPrefix(String path, Script script) {
    prefixes.put(path, script);
    return this;
  }

  /** One node, alive, with these resources. */
  ScriptedDashboard nodes(String resources) {
    return on(
        "GET /api/v0/nodes",
        rows(
            "{\"node_id\":\"aaaa0000\",\"is_head_node\":true,\"state\":\"ALIVE\",\"resources_total\":"
                + resources
                + "}"));
  }

  /** A job that has nothing special. */
  ScriptedDashboard job(String id, String status) {
    return on("GET /api/jobs/" + id, jobJson(id, status, 1_795_265_395_000L));
  }

  static String jobJson(String id, String status, long startedMillis) {
    return "{\"type\":\"SUBMISSION\",\"job_id\":null,\"submission_id\":\"%s\",\"status\":\"%s\",\"entrypoint\":\"echo hi\",\"message\":\"\",\"start_time\":%d,\"end_time\":null,\"metadata\":{},\"runtime_env\":{},\"driver_node_id\":\"aaaa0000\"}"
        .formatted(id, status, startedMillis);
  }

  static String rows(String... rows) {
    return "{\"result\":true,\"msg\":\"\",\"data\":{\"result\":{\"result\":["
        + String.join(",", rows)
        + "]}}}";
  }

  List<Asked> asked(String methodAndPath) {
    return asked.stream()
        .filter(request -> (request.method() + " " + request.path()).equals(methodAndPath))
        .toList();
  }

  List<Asked> asked() {
    return List.copyOf(asked);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private Script byPrefix(String path) {
    return prefixes.entrySet().stream()
        .filter(entry -> path.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(request -> Reply.text(404, "404: Not Found"));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new LinkedHashMap<>();
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
      byte[] content = exchange.getRequestBody().readAllBytes();
      Asked request =
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getRawPath(),
              String.valueOf(exchange.getRequestURI().getRawQuery()),
              headers,
              new String(content, StandardCharsets.UTF_8),
              ByteBuffer.wrap(content));
      asked.add(request);
      Script script =
          scripts.getOrDefault(request.method() + " " + request.path(), byPrefix(request.path()));
      Reply reply = script.reply(request);
      exchange.getResponseHeaders().set("Content-Type", reply.type());
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = reply.body().array();
      exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
