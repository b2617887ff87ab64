// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.CallListener;
import dev.cleat.Doc;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.http.HttpTransportReceiver.Ended;
import dev.cleat.http.HttpTransportReceiver.Lost;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The client against the server of this module. */
class HttpTransportToServerTest {
  /** Input and output of the tool. */
  public record Words(@Doc("What to say back") String text) {}

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);

  private HttpServer serve() {
    McpServer server =
        McpServer.builder()
            .limits(Limits.builder().shutdownGrace(Duration.ofMillis(50)).build())
            .tool("echo", "Says it back.", Words.class, Words.class, (words, call) -> words)
            .tool(
                "count",
                "Reports progress.",
                Words.class,
                Words.class,
                (words, call) -> {
                  for (int i = 1; i <= 3; i++) {
                    call.progress(i, 3, "step");
                  }
                  return words;
                })
            .tool(
                "hang",
                "Waits until it is interrupted.",
                Words.class,
                Words.class,
                (words, call) -> {
                  entered.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    Thread.currentThread().interrupt();
                  }
                  return words;
                })
            .build();
    return HttpServer.builder(server).start();
  }

  private static ClientDefinition definition(HttpServer server) {
    return ClientDefinition.builder().url(server.uri()).build();
  }

  private static McpClient connect(HttpServer server) {
    HttpTransport transport = new HttpTransport();
    return McpClient.connect(
        () -> transport.open("own", definition(server), Limits.defaults()), Limits.defaults());
  }

  @Test
  void callsInTheNewerEra() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(16);
    try (HttpServer server = serve();
        McpClient client = connect(server)) {
      assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
      assertThat(client.listTools()).hasSize(3);
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        int caller = i;
        done.add(
            callers.submit(
                () -> {
                  for (int j = 0; j < 50; j++) {
                    String text = caller + "/" + j + "é";
                    ToolResult result = client.callTool(ToolCall.of("echo", Map.of("text", text)));
                    assertThat(result.toString()).contains(text);
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void hearsOfProgressInOrder() throws Exception {
    List<Double> heard = new CopyOnWriteArrayList<>();
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            heard.add(done);
          }
        };
    try (HttpServer server = serve();
        McpClient client = connect(server)) {
      client.callTool(ToolCall.of("count", Map.of("text", "a")).withListener(listener));

      assertThat(heard).containsExactly(1.0, 2.0, 3.0);
    }
  }

  @Test
  void aCallThatIsGivenUpIsInterruptedThere() throws Exception {
    try (HttpServer server = serve();
        McpClient client = connect(server)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  client.callTool(ToolCall.of("hang", Map.of("text", "a")));
                } catch (McpException e) {
                  thrown.set(e);
                }
              });
      caller.start();
      assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();

      caller.interrupt();
      caller.join();

      assertThat(thrown.get()).isInstanceOf(McpException.Cancelled.class);
      assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void callsInASession() throws Exception {
    try (HttpServer server = serve();
        var link =
            new HttpTransportLink(
                definition(server), Limits.defaults(), new HttpTransportReceiver())) {
      link.initialize();
      for (long id = 1; id <= 20; id++) {
        link.callInSession(id);
        assertThat(link.told.next(Message.Response.class).id()).isEqualTo(id);
      }
    }
  }

  @Test
  void aServerThatEndsFailsItsCallersAtOnce() throws Exception {
    HttpServer server = serve();
    try (var link =
        new HttpTransportLink(definition(server), Limits.defaults(), new HttpTransportReceiver())) {
      link.ask(1, "tools/call", Map.of("name", "hang", "arguments", Map.of("text", "a")));
      assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();

      server.close();

      link.told.next(Message.ErrorResponse.class);
      link.call(2);
      assertThat(link.told.next(Lost.class).sent()).isFalse();
    }
  }

  @Test
  void aSessionThatTheServerForgotEndsTheConnection() throws Exception {
    int port;
    HttpServer first = serve();
    port = first.port();
    try (var link =
        new HttpTransportLink(definition(first), Limits.defaults(), new HttpTransportReceiver())) {
      link.initialize();
      first.close();
      McpServer server =
          McpServer.builder()
              .tool("echo", "Says it back.", Words.class, Words.class, (words, call) -> words)
              .build();
      try (HttpServer second = HttpServer.builder(server).address("127.0.0.1", port).start()) {
        assertThat(second.port()).isEqualTo(port);

        // Either the call finds out, or the stream that was opened again.
        try {
          link.callInSession(1);
        } catch (McpException.NotSent ended) {
          assertThat(ended).hasMessageContaining("dropped the session");
        }

        assertThat(link.told.skipTo(Ended.class).reason()).contains("dropped the session");
      }
    } finally {
      first.close();
    }
  }
}
