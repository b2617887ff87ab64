// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Json;
import dev.cleat.spi.ClientDefinition;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A server of HTTP that does what a script says, and keeps what it was sent. */
final class HttpTransportPeer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  /** Answers one request, and may take its time. */
  interface Script {
    void play(Call call) throws Exception;
  }

  private final Server server;
  private final ServerConnector connector;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Call> unseen = new LinkedBlockingQueue<>();

  HttpTransportPeer(Script script) throws Exception {
    this(0, script);
  }

  HttpTransportPeer(int port, Script script) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(300);
    threads.setName("peer");
    server = new Server(threads);
    connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            Call call = new Call(request, response);
            calls.add(call);
            unseen.add(call);
            script.play(call);
            if (call.died) {
              return true;
            }
            call.out.close();
            callback.succeeded();
            return true;
          }
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/mcp";
  }

  int port() {
    return connector.getLocalPort();
  }

  ClientDefinition definition() {
    return ClientDefinition.url(url());
  }

  /** All requests so far. */
  List<Call> calls() {
    return calls;
  }

  /** How many TCP connections are open. */
  int connections() {
    return connector.getConnectedEndPoints().size();
  }

  /** The next request that fits; those before it are passed over. */
  Call await(Predicate<Call> wanted) throws InterruptedException {
    while (true) {
      Call call = unseen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (call == null) {
        throw new AssertionError("No such request; there were " + calls);
      }
      if (wanted.test(call)) {
        return call;
      }
    }
  }

  @Override
  public void close() {
    server.setStopTimeout(0);
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** One request and the means to answer it. */
  static final class Call {
    final String verb;
    final String path;
    final Map<String, Object> message;
    final Request request;
    private final Response response;
    private final OutputStream out;
    private boolean died;

    Call(Request request, Response response) throws IOException {
      this.request = request;
      this.response = response;
      verb = request.getMethod();
      path = Request.getPathInContext(request);
      byte[] body = Content.Source.asInputStream(request).readAllBytes();
      message = body.length == 0 ? Map.of() : Json.object((Map<?, ?>) Json.parse(body));
      out = Content.Sink.asOutputStream(response);
    }

    String header(String name) {
      return request.getHeaders().get(name);
    }

    String method() {
      return String.valueOf(message.get("method"));
    }

    boolean is(String method) {
      return method().equals(method);
    }

    @SuppressWarnings("unchecked") // as it is written by the tests
    Map<String, Object> params() {
      return (Map<String, Object>) message.getOrDefault("params", Map.of());
    }

    boolean isModern() {
      return params().get("_meta") instanceof Map<?, ?> meta
          && meta.containsKey("io.modelcontextprotocol/protocolVersion");
    }

    Call set(String header, String value) {
      response.getHeaders().put(header, value);
      return this;
    }

    void status(int status) {
      response.setStatus(status);
    }

    void body(int status, String type, String text) throws IOException {
      response.setStatus(status);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    void json(int status, Object value) throws IOException {
      body(status, "application/json; charset=utf-8", Json.print(value));
    }

    /** The answer as one JSON object. */
    void result(Map<String, ?> result) throws IOException {
      json(200, answer(result));
    }

    Map<String, Object> answer(Map<String, ?> result) {
      return Map.of("jsonrpc", "2.0", "id", message.get("id"), "result", result);
    }

    void error(int status, int code, String text) throws IOException {
      json(
          status,
          Map.of(
              "jsonrpc",
              "2.0",
              "id",
              message.get("id"),
              "error",
              Map.of("code", code, "message", text)));
    }

    /** Begins an event stream. */
    Call stream() {
      response.setStatus(200);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
      return this;
    }

    /** Writes a piece of an event stream, as it is. */
    Call write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return this;
    }

    Call event(Object message) throws IOException {
      return write("data: " + Json.print(message) + "\n\n");
    }

    Call event(String id, Object message) throws IOException {
      return write("id: " + id + "\ndata: " + Json.print(message) + "\n\n");
    }

    /** Drops the TCP connection. */
    void die() {
      died = true;
      request.getConnectionMetaData().getConnection().getEndPoint().close();
    }

    @Override
    public String toString() {
      return verb + " " + path + " " + message;
    }
  }
}
