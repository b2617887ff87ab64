// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.ToolCall;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HttpTransportLifeTest {
  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("cleat-"))
        .collect(Collectors.toSet());
  }

  @Test
  void fiftyConnectionsLeaveNoThread() throws Exception {
    HttpTransport transport = new HttpTransport();
    CountDownLatch end = new CountDownLatch(1);
    try (var peer =
        new HttpTransportPeer(
            HttpTransportServers.older(
                true,
                call ->
                    call.stream()
                        .event(Map.of("jsonrpc", "2.0", "method", "notifications/message"))
                        .event(call.answer(HttpTransportServers.echoed(call))),
                call -> {
                  call.stream()
                      .event(
                          Map.of("jsonrpc", "2.0", "method", "notifications/tools/list_changed"));
                  end.await();
                }))) {
      List<McpClient> clients = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String label = "peer" + i;
        clients.add(
            McpClient.connect(
                () -> transport.open(label, peer.definition(), Limits.defaults()),
                Limits.defaults()));
      }
      for (McpClient client : clients) {
        client.callTool(ToolCall.of("echo", Map.of("text", "a")));
      }
      assertThat(threads()).isNotEmpty();

      clients.forEach(McpClient::close);

      assertThat(threads()).isEmpty();
      end.countDown();
    }
  }

  @Test
  void canBeOpenedAgainAfterTheLastWasClosed() throws Exception {
    HttpTransport transport = new HttpTransport();
    try (var peer = new HttpTransportPeer(HttpTransportServers.modern())) {
      for (int i = 0; i < 3; i++) {
        try (McpClient client =
            McpClient.connect(
                () -> transport.open("peer", peer.definition(), Limits.defaults()),
                Limits.defaults())) {
          assertThat(client.listTools()).hasSize(1);
        }
        assertThat(threads()).isEmpty();
      }
    }
  }

  @Test
  void oneThatIsClosedDoesNotDisturbAnother() throws Exception {
    HttpTransport transport = new HttpTransport();
    CountDownLatch end = new CountDownLatch(1);
    try (var peer =
        new HttpTransportPeer(
            call -> {
              end.await();
              call.result(HttpTransportServers.echoed(call));
            })) {
      HttpTransportReceiver told = new HttpTransportReceiver();
      var staying = transport.open("staying", peer.definition(), Limits.defaults());
      var leaving = transport.open("leaving", peer.definition(), Limits.defaults());
      staying.start(told);
      leaving.start(new HttpTransportReceiver());
      Map<String, Object> params =
          Map.of(
              "name", "echo",
              "arguments", Map.of("text", "a"),
              "_meta", Map.of("io.modelcontextprotocol/protocolVersion", "2026-07-28"));
      staying.send(new Message.Request(1L, "tools/call", params));
      leaving.send(new Message.Request(1L, "tools/call", params));
      peer.await(call -> call.is("tools/call"));

      leaving.close();
      end.countDown();

      told.next(Message.Response.class);
      staying.close();
      assertThat(threads()).isEmpty();
    }
  }

  @Test
  void canBeClosedByItsOwnListener() throws Exception {
    AtomicReference<HttpTransportLink> link = new AtomicReference<>();
    CountDownLatch closed = new CountDownLatch(1);
    HttpTransportReceiver receiver =
        new HttpTransportReceiver() {
          @Override
          public @Nullable Runnable received(Message message, Object requestId) {
            if (message instanceof Message.Notification) {
              link.get().close();
              closed.countDown();
            }
            return super.received(message, requestId);
          }
        };
    try (var peer =
        new HttpTransportPeer(
            HttpTransportServers.older(
                true,
                call ->
                    call.stream()
                        .event(Map.of("jsonrpc", "2.0", "method", "notifications/message")),
                call -> call.status(405)))) {
      HttpTransportLink opened =
          new HttpTransportLink(peer.definition(), Limits.defaults(), receiver);
      link.set(opened);
      opened.initialize().callInSession(1);

      assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void manyCallersGetTheirOwnAnswers() throws Exception {
    HttpTransport transport = new HttpTransport();
    ExecutorService callers = Executors.newFixedThreadPool(32);
    try (var peer = new HttpTransportPeer(HttpTransportServers.modern());
        McpClient client =
            McpClient.connect(
                () -> transport.open("peer", peer.definition(), Limits.defaults()),
                Limits.defaults())) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        int caller = i;
        done.add(
            callers.submit(
                () -> {
                  for (int j = 0; j < 100; j++) {
                    String text = caller + "/" + j;
                    assertThat(
                            client.callTool(ToolCall.of("echo", Map.of("text", text))).toString())
                        .contains(text);
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
}
