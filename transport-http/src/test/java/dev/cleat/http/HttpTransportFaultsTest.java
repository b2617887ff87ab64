// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.http.HttpTransportPeer.Script;
import dev.cleat.http.HttpTransportReceiver.Lost;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HttpTransportFaultsTest {
  private static Lost lostIn(Script script) throws Exception {
    try (var peer = new HttpTransportPeer(script);
        var link = new HttpTransportLink(peer)) {
      link.call(1);
      Lost lost = link.told.next(Lost.class);
      assertThat(lost.id()).isEqualTo(1L);
      return lost;
    }
  }

  private static Message.ErrorResponse errorOf(Script script) throws Exception {
    try (var peer = new HttpTransportPeer(script);
        var link = new HttpTransportLink(peer)) {
      link.call(1);
      Message.ErrorResponse error = link.told.next(Message.ErrorResponse.class);
      assertThat(error.id()).contains(1L);
      return error;
    }
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    ClientDefinition definition = ClientDefinition.url("http://127.0.0.1:" + port + "/?key=secret");
    try (var link =
        new HttpTransportLink(definition, Limits.defaults(), new HttpTransportReceiver())) {
      Connection.Receipt receipt = link.call(1);

      Lost lost = link.told.next(Lost.class);
      assertThat(lost.sent()).isFalse();
      assertThat(lost.reason())
          .contains("nothing answers at http://127.0.0.1:" + port)
          .doesNotContain("secret");
      assertThat(receipt.sent()).isFalse();
    }
  }

  @Test
  void theHostIsUnknown() throws Exception {
    ClientDefinition definition = ClientDefinition.url("http://no-such-host.invalid/mcp");
    try (var link =
        new HttpTransportLink(definition, Limits.defaults(), new HttpTransportReceiver())) {
      link.call(1);

      Lost lost = link.told.next(Lost.class);
      assertThat(lost.sent()).isFalse();
      assertThat(lost.reason()).contains("not known");
    }
  }

  @Test
  void thePeerIsNoHttpServer() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread junk =
          new Thread(
              () -> {
                try (Socket socket = server.accept()) {
                  socket.getInputStream().read();
                  socket.getOutputStream().write("SSH-2.0-nope\r\n\r\n".getBytes("US-ASCII"));
                  socket.getOutputStream().flush();
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // The client has hung up, as it should.
                }
              });
      junk.start();
      ClientDefinition definition =
          ClientDefinition.url("http://127.0.0.1:" + server.getLocalPort() + "/");
      try (var link =
          new HttpTransportLink(definition, Limits.defaults(), new HttpTransportReceiver())) {
        link.call(1);

        assertThat(link.told.next(Lost.class).sent()).isTrue();
      }
      junk.join();
    }
  }

  @Test
  void theServerDiesBeforeItAnswers() throws Exception {
    Lost lost = lostIn(call -> call.die());

    assertThat(lost.sent()).isTrue();
    assertThat(lost.reason()).contains("closed the connection");
  }

  @Test
  void theServerDiesWithinItsAnswer() throws Exception {
    Lost lost =
        lostIn(
            call -> {
              call.set("Content-Length", "1000").set("Content-Type", "application/json");
              call.write("{\"jsonrpc\":").die();
            });

    assertThat(lost.sent()).isTrue();
  }

  @Test
  void theServerDiesWithinItsStream() throws Exception {
    assertThat(lostIn(call -> call.stream().write("id: 1\ndata: {\"jsonr").die()).sent()).isTrue();
  }

  @Test
  void theStreamEndsWithoutTheAnswer() throws Exception {
    // In the newer era nothing resumes, whatever ids there are.
    Lost lost = lostIn(call -> call.stream().write("id: 1\ndata:\n\n"));

    assertThat(lost.sent()).isTrue();
    assertThat(lost.reason()).contains("ended without the answer");
  }

  @Test
  void theAnswerIsOfAnotherKind() throws Exception {
    assertThat(lostIn(call -> call.body(200, "text/html", "<h1>Welcome</h1>")).reason())
        .contains("text/html")
        .contains("Check the URL");
    assertThat(lostIn(call -> call.body(200, "application/json", "{]")).reason())
        .contains("no JSON-RPC message");
    assertThat(lostIn(call -> call.status(202)).reason()).contains("HTTP 202 without content");
  }

  @Test
  void theAnswerIsToSomethingElse() throws Exception {
    String foreign = "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}";
    try (var peer = new HttpTransportPeer(call -> call.body(200, "application/json", foreign));
        var link = new HttpTransportLink(peer)) {
      link.call(1);

      assertThat(link.told.next(Message.Response.class).id()).isEqualTo(7L);
      assertThat(link.told.next(Lost.class).reason()).contains("something else than the answer");
    }
  }

  @Test
  void junkInAStreamIsSkipped() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                call ->
                    call.stream()
                        .write("data: {nonsense\n\nevent: other\ndata: 1\n\n")
                        .event(call.answer(HttpTransportServers.echoed(call))));
        var link = new HttpTransportLink(peer)) {
      link.call(1);

      assertThat(HttpTransportLink.content(link.told.next(Message.Response.class))).hasSize(1);
      assertThat(link.told.malformed).hasSize(1);
    }
  }

  @Test
  void anAnswerOverTheLimitIsNotRead() throws Exception {
    Limits limits = Limits.builder().maxMessageBytes(2_000).build();
    String text = "x".repeat(10_000);
    Map<String, Object> big = Map.of("content", List.of(Map.of("type", "text", "text", text)));
    AtomicInteger calls = new AtomicInteger();
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  if (calls.incrementAndGet() == 1) {
                    call.result(big);
                  } else {
                    call.stream().event(call.answer(big));
                  }
                });
        var link = new HttpTransportLink(peer, limits)) {
      link.call(1);
      Lost json = link.told.next(Lost.class);
      assertThat(json.sent()).isTrue();
      assertThat(json.reason()).contains("longer than 2000 bytes");

      link.call(2);
      Lost event = link.told.next(Lost.class);
      assertThat(event.sent()).isTrue();
      assertThat(event.reason()).contains("longer than 2000 bytes");
    }
  }

  @Test
  void refusalsAreErrorsWithTheirStatus() throws Exception {
    for (int status : new int[] {400, 401, 403, 404, 405, 413, 500, 502}) {
      Message.ErrorResponse error = errorOf(call -> call.body(status, "text/plain", "no"));

      assertThat(error.code()).isEqualTo(HttpWire.HTTP_REFUSED);
      assertThat(error.message()).startsWith("HTTP " + status);
      assertThat(error.data()).isEqualTo(Optional.of(Map.of("status", status)));
    }
  }

  @Test
  void refusalsSayWhatTheServerSays() throws Exception {
    assertThat(errorOf(call -> call.error(404, -32601, "unknown method")).code()).isEqualTo(-32601);
    String withoutId =
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"m\"}}";
    assertThat(errorOf(call -> call.body(400, "application/json", withoutId)).code())
        .isEqualTo(-32700);
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    try (var other = new HttpTransportPeer(call -> call.status(200))) {
      Message.ErrorResponse error =
          errorOf(
              call -> {
                call.set("Location", other.url());
                call.status(307);
              });

      assertThat(error.message()).contains("HTTP 307").contains("another URL");
      assertThat(other.calls()).isEmpty();
    }
  }

  @Test
  void aBusyServerIsAskedAgainAfterTheTimeItWants() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  if (calls.incrementAndGet() < 3) {
                    call.set("Retry-After", "0").status(503);
                  } else {
                    call.result(HttpTransportServers.echoed(call));
                  }
                });
        var link = new HttpTransportLink(peer)) {
      link.call(1);

      link.told.next(Message.Response.class);
      assertThat(calls).hasValue(3);
    }
  }

  @Test
  void aServerThatStaysBusyHasNotExecutedTheRequest() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Lost lost =
        lostIn(
            call -> {
              calls.incrementAndGet();
              call.set("Retry-After", "0").error(429, -31001, "full");
            });
    assertThat(lost.sent()).isFalse();
    assertThat(lost.reason()).contains("full");
    assertThat(calls).hasValue(3);

    calls.set(0);
    Lost later =
        lostIn(
            call -> {
              calls.incrementAndGet();
              call.set("Retry-After", "60").status(503);
            });
    assertThat(later.sent()).isFalse();
    assertThat(calls).hasValue(1);
  }
}
