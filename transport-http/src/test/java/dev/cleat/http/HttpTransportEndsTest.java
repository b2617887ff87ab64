// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.http.HttpTransportReceiver.Ended;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How requests and connections end from this side: taken back, cancelled, refused, closed. */
class HttpTransportEndsTest {
  @Test
  void cancellingEndsTheExchange() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch noticed = new CountDownLatch(1);
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  call.stream().write(":\n\n");
                  began.countDown();
                  try {
                    while (true) {
                      call.write(":\n\n");
                    }
                  } catch (IOException gone) {
                    noticed.countDown();
                    throw gone;
                  }
                });
        var link = new HttpTransportLink(peer)) {
      link.call(1);
      assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();

      link.connection.send(
          new Message.Notification("notifications/cancelled", Map.of("requestId", 1L)));

      assertThat(noticed.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(peer.calls()).hasSize(1);
      assertThat(link.told.isSilent()).isTrue();
    }
  }

  @Test
  void whatWasNotSentCanBeWithdrawn() throws Exception {
    List<Socket> fillers = new ArrayList<>();
    // A backlog that is full makes the system ignore further connections.
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 4; i++) {
        Socket filler = new Socket();
        fillers.add(filler);
        try {
          filler.connect(deaf.getLocalSocketAddress(), 200);
        } catch (IOException full) {
          break;
        }
      }
      ClientDefinition definition =
          ClientDefinition.url("http://127.0.0.1:" + deaf.getLocalPort() + "/");
      try (var link =
          new HttpTransportLink(definition, Limits.defaults(), new HttpTransportReceiver())) {
        Connection.Receipt receipt = link.call(1);

        assertThat(receipt.sent()).isFalse();
        assertThat(receipt.withdraw()).isTrue();
        assertThat(receipt.withdraw()).isTrue();
        assertThat(receipt.sent()).isFalse();
        assertThat(link.told.isSilent()).isTrue();
      }
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void whatWasSentCannotBeWithdrawn() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (var peer = new HttpTransportPeer(call -> end.await());
        var link = new HttpTransportLink(peer)) {
      Connection.Receipt receipt = link.call(1);
      peer.await(call -> call.is("tools/call"));

      assertThat(receipt.sent()).isTrue();
      assertThat(receipt.withdraw()).isFalse();
      end.countDown();
    }
  }

  @Test
  void noMoreIsInFlightThanTheLimit() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Limits limits = Limits.builder().maxCallsInFlight(1).build();
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  end.await();
                  call.result(HttpTransportServers.echoed(call));
                });
        var link = new HttpTransportLink(peer, limits)) {
      link.call(1);

      assertThatThrownBy(() -> link.call(2)).isInstanceOf(McpException.NotSent.class);

      end.countDown();
      link.told.next(Message.Response.class);
      link.call(3);
      link.told.next(Message.Response.class);
    }
  }

  @Test
  void closingTellsTheEndOnce() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (var peer = new HttpTransportPeer(call -> end.await());
        var link = new HttpTransportLink(peer)) {
      link.call(1);
      peer.await(call -> call.is("tools/call"));

      link.connection.close();
      link.connection.close();

      assertThat(link.told.next(Ended.class).reason()).isEqualTo("it was closed");
      assertThat(link.told.isSilent()).isTrue();
      assertThatThrownBy(() -> link.call(2)).isInstanceOf(McpException.NotSent.class);
      end.countDown();
    }
  }

  @Test
  void unusableDefinitionsAreRefused() {
    HttpTransport transport = new HttpTransport();

    assertThat(transport.handles(ClientDefinition.url("https://example.org/mcp"))).isTrue();
    assertThat(transport.handles(ClientDefinition.url("ftp://example.org/mcp"))).isFalse();
    assertThat(transport.handles(ClientDefinition.command("server"))).isFalse();
    for (ClientDefinition wrong :
        List.of(
            ClientDefinition.url("http://user:secret@example.org/"),
            ClientDefinition.url("http:///nowhere"),
            ClientDefinition.builder()
                .url(java.net.URI.create("http://example.org/"))
                .putHeaders("Authorization", "secret\r\nX: y")
                .build(),
            ClientDefinition.builder()
                .url(java.net.URI.create("http://example.org/"))
                .putHeaders("Mcp-Session-Id", "secret")
                .build())) {
      assertThatThrownBy(() -> transport.open("peer", wrong, Limits.defaults()))
          .isInstanceOf(McpException.ConnectFailed.class)
          .hasMessageContaining("peer")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(dev.cleat.spi.Providers.ofTransports(HttpTransport.class.getClassLoader()).found())
        .containsKey("http");
  }
}
