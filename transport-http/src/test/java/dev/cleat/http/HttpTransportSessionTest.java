// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.http.HttpTransportPeer.Call;
import dev.cleat.http.HttpTransportPeer.Script;
import dev.cleat.http.HttpTransportReceiver.Ended;
import dev.cleat.http.HttpTransportReceiver.Lost;
import dev.cleat.http.HttpTransportReceiver.OnChannel;
import dev.cleat.spi.Message;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HttpTransportSessionTest {
  private static final Script NO_STREAM = call -> call.status(405);

  private static Map<String, Object> notification(String method) {
    return Map.of("jsonrpc", "2.0", "method", method);
  }

  @Test
  void takesUpAStreamThatWasEndedEarly() throws Exception {
    AtomicReference<Call> asked = new AtomicReference<>();
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true,
                    call -> {
                      asked.set(call);
                      call.stream().write("id: e-1\nretry: 10\ndata:\n\n");
                    },
                    call -> {
                      if (call.header("Last-Event-ID") == null) {
                        call.status(405);
                      } else {
                        Call answered = asked.get();
                        call.stream()
                            .event("e-2", notification("notifications/message"))
                            .event("e-3", answered.answer(HttpTransportServers.echoed(answered)));
                      }
                    }));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);

      assertThat(link.told.next(OnChannel.class).requestId()).isEqualTo(1L);
      assertThat(link.told.next(Message.Response.class).id()).isEqualTo(1L);
      Call get = peer.await(c -> c.header("Last-Event-ID") != null);
      assertThat(get.header("Last-Event-ID")).isEqualTo("e-1");
      assertThat(get.header("Mcp-Session-Id")).isEqualTo(HttpTransportServers.SESSION);
    }
  }

  @Test
  void takesUpAStreamThatBroke() throws Exception {
    AtomicReference<Call> asked = new AtomicReference<>();
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true,
                    call -> {
                      asked.set(call);
                      call.stream().write("id: e-1\nretry: 10\ndata:\n\ndata: {").die();
                    },
                    call -> {
                      Call answered = asked.get();
                      if (answered == null) {
                        call.status(405);
                      } else {
                        call.stream().event(answered.answer(HttpTransportServers.echoed(answered)));
                      }
                    }));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);

      assertThat(link.told.next(Message.Response.class).id()).isEqualTo(1L);
    }
  }

  @Test
  void givesUpAStreamThatTheServerDoesNotTakeUp() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true, call -> call.stream().write("id: 1\nretry: 1\ndata:\n\n"), NO_STREAM));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);

      Lost lost = link.told.next(Lost.class);
      assertThat(lost.sent()).isTrue();
      assertThat(lost.reason()).contains("HTTP 405");
    }
  }

  @Test
  void givesUpAStreamThatBreaksAgainAndAgain() throws Exception {
    Script broken = call -> call.stream().write("id: 1\nretry: 1\ndata:\n\n");
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true,
                    broken,
                    call -> {
                      if (call.header("Last-Event-ID") == null) {
                        call.status(405);
                      } else {
                        broken.play(call);
                      }
                    }));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);

      assertThat(link.told.next(Lost.class).reason()).contains("again and again");
    }
  }

  @Test
  void aStreamWithoutIdsIsLostAtOnce() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true, call -> call.stream().write("data: {").die(), NO_STREAM));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);

      assertThat(link.told.next(Lost.class).sent()).isTrue();
    }
  }

  @Test
  void listensToTheServerAndComesBack() throws Exception {
    AtomicInteger gets = new AtomicInteger();
    CountDownLatch end = new CountDownLatch(1);
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true,
                    call -> call.result(HttpTransportServers.echoed(call)),
                    call -> {
                      if (gets.incrementAndGet() == 1) {
                        call.stream()
                            .write("retry: 10\n\n")
                            .event("n-1", notification("notifications/tools/list_changed"));
                      } else {
                        call.stream().event(notification("notifications/prompts/list_changed"));
                        end.await();
                      }
                    }));
        var link = new HttpTransportLink(peer).initialize()) {
      assertThat(link.told.next(Message.Notification.class).method())
          .isEqualTo("notifications/tools/list_changed");
      assertThat(link.told.next(Message.Notification.class).method())
          .isEqualTo("notifications/prompts/list_changed");

      Call first = peer.await(call -> call.verb.equals("GET"));
      Call second = peer.await(call -> call.verb.equals("GET"));
      assertThat(first.header("Last-Event-ID")).isNull();
      assertThat(first.header("MCP-Protocol-Version")).isEqualTo("2025-11-25");
      assertThat(second.header("Last-Event-ID")).isEqualTo("n-1");
      end.countDown();
    }
  }

  @Test
  void aDroppedSessionEndsTheConnection() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true, call -> call.error(404, -32001, "Session not found"), NO_STREAM));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);

      assertThat(link.told.next(Lost.class).sent()).isFalse();
      assertThat(link.told.next(Ended.class).reason()).contains("dropped the session");
      link.connection.close();
      assertThat(peer.calls()).noneMatch(call -> call.verb.equals("DELETE"));
    }
  }

  @Test
  void answersAQuestionThatComesDuringACall() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicReference<Object> askedOn = new AtomicReference<>();
    Script server =
        HttpTransportServers.older(
            true,
            call -> {
              call.stream()
                  .event(
                      Map.of(
                          "jsonrpc", "2.0", "id", "q", "method", "roots/list", "params", Map.of()));
              answered.await();
              call.event(call.answer(HttpTransportServers.echoed(call)));
            },
            NO_STREAM);
    AtomicReference<HttpTransportLink> link = new AtomicReference<>();
    HttpTransportReceiver receiver =
        new HttpTransportReceiver() {
          @Override
          public @Nullable Runnable received(Message message, Object requestId) {
            if (message instanceof Message.Request question) {
              askedOn.set(requestId);
              return () ->
                  link.get()
                      .connection
                      .send(new Message.Response(question.id(), Map.of("roots", "none")));
            }
            return super.received(message, requestId);
          }
        };
    try (var peer =
            new HttpTransportPeer(
                call -> {
                  server.play(call);
                  if (call.message.containsKey("result")) {
                    answered.countDown();
                  }
                });
        var opened = new HttpTransportLink(peer.definition(), Limits.defaults(), receiver)) {
      link.set(opened);
      opened.initialize();

      opened.callInSession(1);

      assertThat(receiver.next(Message.Response.class).id()).isEqualTo(1L);
      assertThat(askedOn).hasValue(1L);
    }
  }

  @Test
  void aCancellationIsSaidAndEndsTheWaiting() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(true, call -> end.await(), NO_STREAM));
        var link = new HttpTransportLink(peer).initialize()) {
      link.callInSession(1);
      peer.await(call -> call.is("tools/call"));

      link.connection.send(
          new Message.Notification("notifications/cancelled", Map.of("requestId", 1L)));

      Call cancelled = peer.await(call -> call.is("notifications/cancelled"));
      assertThat(cancelled.params()).containsEntry("requestId", 1L);
      assertThat(link.told.isSilent()).isTrue();
      end.countDown();
    }
  }

  @Test
  void aListenerThatTakesItsTimeHoldsUpNoOtherCall() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    HttpTransportReceiver receiver =
        new HttpTransportReceiver() {
          @Override
          public @Nullable Runnable received(Message message, Object requestId) {
            if (message instanceof Message.Notification) {
              held.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
            return super.received(message, requestId);
          }
        };
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.older(
                    true,
                    call -> {
                      call.stream();
                      if (call.message.get("id").equals(1L)) {
                        call.event(notification("notifications/progress"));
                      }
                      call.event(call.answer(HttpTransportServers.echoed(call)));
                    },
                    NO_STREAM));
        var link = new HttpTransportLink(peer.definition(), Limits.defaults(), receiver)) {
      link.initialize();
      link.callInSession(1);
      assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();

      link.callInSession(2);
      assertThat(receiver.next(Message.Response.class).id()).isEqualTo(2L);
      release.countDown();

      // And its own answer stays behind it.
      receiver.next(OnChannel.class);
      assertThat(receiver.next(Message.Response.class).id()).isEqualTo(1L);
    }
  }
}
