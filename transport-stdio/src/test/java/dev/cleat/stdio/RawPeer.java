// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Connection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The other end of a connection, which says exactly what a test tells it to, line by line, and
 * keeps what it hears. Waits are bounded and fail the test.
 */
final class RawPeer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;
  private static final String END = "(end)";

  static final String MODERN =
      "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

  private final Limits limits;
  private final Pipe toTested = new Pipe();
  private final Pipe fromTested = new Pipe();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private int fences;

  RawPeer() {
    this(Limits.defaults());
  }

  RawPeer(Limits limits) {
    this.limits = limits;
  }

  /** The end that the tested code gets. */
  Connection connection() {
    thread("raw-peer", this::listen);
    return Stdio.of(toTested.in(), fromTested.out(), limits);
  }

  /** Its side of a connection whose other side nobody reads. */
  Connection unheardConnection() {
    return Stdio.of(toTested.in(), fromTested.out(), limits);
  }

  /** Lets a server serve this peer. */
  RawPeer servedBy(McpServer server) {
    return served(server, connection());
  }

  RawPeer servedUnheardBy(McpServer server) {
    return served(server, unheardConnection());
  }

  private RawPeer served(McpServer server, Connection connection) {
    thread(
        "raw-peer-server",
        () -> {
          try {
            server.serve(connection);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            fromTested.close();
          }
        });
    return this;
  }

  /** And says hello in the older era. */
  RawPeer initialized() throws Exception {
    return initialized("2025-11-25", "{}");
  }

  RawPeer initialized(String revision, String capabilities) throws Exception {
    send(
        "{\"jsonrpc\":\"2.0\",\"id\":\"init\",\"method\":\"initialize\",\"params\":{"
            + "\"protocolVersion\":\""
            + revision
            + "\",\"capabilities\":"
            + capabilities
            + ",\"clientInfo\":{\"name\":\"raw\",\"version\":\"1\"}}}");
    next();
    send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    return this;
  }

  void send(String line) throws IOException {
    toTested.out().write((line + "\n").getBytes(UTF_8));
  }

  void sendBytes(byte[] bytes) throws IOException {
    toTested.out().write(bytes);
  }

  /** Sends a request with the rest of its params as given. */
  void request(Object id, String method, String params) throws IOException {
    send(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + Json.print(id)
            + ",\"method\":\""
            + method
            + "\",\"params\":{"
            + params
            + "}}");
  }

  void call(Object id, String tool, String arguments) throws IOException {
    request(id, "tools/call", "\"name\":\"" + tool + "\",\"arguments\":" + arguments);
  }

  void cancel(Object id) throws IOException {
    send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"
            + Json.print(id)
            + "}}");
  }

  void respond(Object id, String result) throws IOException {
    send("{\"jsonrpc\":\"2.0\",\"id\":" + Json.print(id) + ",\"result\":" + result + "}");
  }

  /** The next message. */
  Map<String, Object> next() throws Exception {
    String line = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null || line.equals(END)) {
      throw new AssertionError(line == null ? "Nothing came" : "The other side has ended");
    }
    return Json.object((Map<?, ?>) Json.parse(line));
  }

  /** The next message, which has to be a request or notification of that method. */
  Map<String, Object> next(String method) throws Exception {
    Map<String, Object> message = next();
    if (!method.equals(message.get("method"))) {
      throw new AssertionError("Not " + method + ": " + message);
    }
    return message;
  }

  /**
   * The answers to these requests, in the order of the requests; they may come in any other,
   * because a request that takes longer is overtaken.
   */
  List<Map<String, Object>> answersTo(Object... ids) throws Exception {
    Map<Object, Map<String, Object>> answers = new HashMap<>();
    while (answers.size() < ids.length) {
      Map<String, Object> answer = next();
      if (!List.of(ids).contains(answer.get("id")) || answer.containsKey("method")) {
        throw new AssertionError("Not an answer to any of " + List.of(ids) + ": " + answer);
      }
      if (answers.put(answer.get("id"), answer) != null) {
        throw new AssertionError("Answered twice: " + answer);
      }
    }
    return Arrays.stream(ids).map(answers::get).toList();
  }

  /** The next messages, so many. */
  List<Map<String, Object>> next(int count) throws Exception {
    List<Map<String, Object>> messages = new ArrayList<>();
    while (messages.size() < count) {
      messages.add(next());
    }
    return messages;
  }

  /** Everything that has been said before the answer to a ping which is sent now. */
  List<Map<String, Object>> untilFence() throws Exception {
    String fence = "fence-" + ++fences;
    request(fence, "ping", "");
    List<Map<String, Object>> before = new ArrayList<>();
    for (Map<String, Object> message = next(); !fence.equals(message.get("id")); message = next()) {
      before.add(message);
    }
    return before;
  }

  /** Everything up to the end of the tested side. */
  List<Map<String, Object>> untilEnd() throws Exception {
    List<Map<String, Object>> all = new ArrayList<>();
    for (String line = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        !END.equals(line);
        line = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      if (line == null) {
        throw new AssertionError("The other side does not end");
      }
      all.add(Json.object((Map<?, ?>) Json.parse(line)));
    }
    return all;
  }

  /** Says no more; still listens. */
  void endInput() {
    toTested.close();
  }

  /** Is gone: says no more and hears no more. */
  @Override
  public void close() {
    toTested.close();
    fromTested.close();
    for (Thread thread : threads) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void listen() {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(fromTested.in(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard.add(line);
      }
    } catch (IOException e) {
      heard.add(String.valueOf(e));
    } finally {
      heard.add(END);
    }
  }

  private void thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }
}
