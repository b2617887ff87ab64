// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.mcp.McpServer;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same, in a servlet container. */
@ExtendWith(LeavesNoThreads.class)
class McpServletTest {
  private static final int MAX_BYTES = 200_000;

  private final Served tools = new Served();
  private final Server container = new Server(new QueuedThreadPool(16));
  private URI uri;

  @BeforeEach
  void start() throws Exception {
    McpServer server = tools.mcpServer(Limits.builder().maxMessageBytes(MAX_BYTES).build());
    HttpOptions options =
        HttpOptions.builder()
            .limits(
                HttpLimits.builder()
                    .streamAfter(Duration.ofMillis(100))
                    .keepAlive(Duration.ofMillis(50))
                    .requestTimeout(Duration.ofMillis(500))
                    .build())
            .build();
    ServletHolder holder = new ServletHolder(new McpServlet(server, options));
    holder.setAsyncSupported(true);
    holder.setInitOrder(1);
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(holder, "/mcp");
    ServerConnector connector = new ServerConnector(container, 1, 1);
    connector.setHost("127.0.0.1");
    container.addConnector(connector);
    container.setHandler(context);
    container.start();
    uri = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/mcp");
  }

  @AfterEach
  void stop() throws Exception {
    tools.letGo.countDown();
    container.stop();
    tools.close();
  }

  private RawHttp.Answer post(Map<String, String> headers, String body) throws Exception {
    return RawHttp.once(uri, "POST", headers, body);
  }

  @Test
  void bothErasAreServed() throws Exception {
    RawHttp.Answer modern =
        post(Served.callHeaders("echo"), Served.call(1, "echo", "\"message\":\"hällo\""));
    RawHttp.Answer begun = post(Map.of(), Served.initialize());
    Map<String, String> session = Map.of("Mcp-Session-Id", begun.header("Mcp-Session-Id"));
    RawHttp.Answer legacy = post(session, Served.legacyCall(2, "echo", "\"message\":\"hi\""));

    assertThat(modern.text()).contains("hällo").contains("resultType");
    assertThat(modern.header("Content-Type")).startsWith("application/json");
    assertThat(legacy.text()).contains("\"hi\"");
    assertThat(RawHttp.once(uri, "DELETE", session, "").status()).isEqualTo(204);
    assertThat(post(session, Served.legacy(3, "ping", "")).status()).isEqualTo(404);
  }

  @Test
  void streamsAreServed() throws Exception {
    RawHttp.Answer answer = post(Served.callHeaders("progress"), Served.call(1, "progress", ""));

    assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
    assertThat(answer.events()).hasSize(2);
  }

  @Test
  void longAnswersAreWrittenWhole() throws Exception {
    String message = "m".repeat(80_000);

    RawHttp.Answer answer =
        post(Served.callHeaders("echo"), Served.call(1, "echo", "\"message\":\"" + message + "\""));

    assertThat(answer.text()).contains(message);
  }

  @Test
  void closingTheStreamCancels() throws Exception {
    try (RawHttp http = new RawHttp(uri)) {
      http.send(uri, "POST", Served.callHeaders("hold"), Served.call(1, "hold", ""));
      http.readHead();
      http.readUntil(":\n\n");
      http.readUntil(":\n\n");
    }

    assertThat(tools.interrupted.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aLostStreamOfASessionIsResumed() throws Exception {
    Map<String, String> session = new HashMap<>();
    session.put("Mcp-Session-Id", post(Map.of(), Served.initialize()).header("Mcp-Session-Id"));
    String primed;
    try (RawHttp http = new RawHttp(uri)) {
      http.send(uri, "POST", session, Served.legacyCall(5, "hold", ""));
      http.readHead();
      primed = http.readUntil("\n\n");
    }
    tools.letGo.countDown();
    session.put("Last-Event-ID", primed.lines().findFirst().orElseThrow().substring(4));

    assertThat(RawHttp.once(uri, "GET", session, "").text()).contains("let go");
  }

  @Test
  void whatIsWrongIsRefused() throws Exception {
    Map<String, String> headers = Served.callHeaders("echo");
    String body = Served.call(1, "echo", "\"message\":\"m\"");

    assertThat(post(Map.of("Host", "evil.example"), body).status()).isEqualTo(403);
    assertThat(post(Map.of("Origin", "http://evil.example"), body).status()).isEqualTo(403);
    assertThat(post(Served.callHeaders("other"), body).errorCode()).isEqualTo(-32020);
    assertThat(post(headers, "x".repeat(MAX_BYTES + 1)).status()).isEqualTo(413);
    assertThat(post(headers, "{").errorCode()).isEqualTo(-32700);
    headers.put("Content-Length", String.valueOf(body.length()));
    assertThat(post(headers, body.substring(0, 9)).status()).isEqualTo(408);
  }
}
