// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.http.HttpTransportPeer.Script;
import dev.cleat.mcp.McpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls over HTTP that no thread waits for, and servers that want credentials. */
class HttpTransportAsyncTest {
  private static McpClient connect(HttpTransportPeer peer) {
    HttpTransport transport = new HttpTransport();
    return McpClient.connect(
        () -> transport.open("peer", peer.definition(), Limits.defaults()), Limits.defaults());
  }

  private static CompletableFuture<ToolResult> begin(McpClient client, String text) {
    return client.callToolAsync(ToolCall.of("echo", Map.of("text", text)));
  }

  private static void answersMany(Script script) throws Exception {
    try (var peer = new HttpTransportPeer(script);
        McpClient client = connect(peer)) {
      List<CompletableFuture<ToolResult>> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(begin(client, "t" + i));
      }
      for (int i = 0; i < 50; i++) {
        assertThat(calls.get(i).get(20, TimeUnit.SECONDS).text()).isEqualTo("t" + i);
      }
    }
  }

  @Test
  void answersCompleteTheirCallsInBothEras() throws Exception {
    answersMany(HttpTransportServers.modern());
    answersMany(HttpTransportServers.older(true));
    answersMany(HttpTransportServers.olderInStreams());
  }

  @Test
  void whatFollowsMayBlockWhileOthersAreAnswered() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    Thread tester = Thread.currentThread();
    try (var peer = new HttpTransportPeer(HttpTransportServers.modern());
        McpClient client = connect(peer)) {
      List<CompletableFuture<Boolean>> blocked = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        blocked.add(
            begin(client, "first")
                .thenApply(
                    result -> {
                      if (Thread.currentThread() == tester) {
                        // Answered before anything could follow.
                        return true;
                      }
                      try {
                        return held.await(20, TimeUnit.SECONDS);
                      } catch (InterruptedException e) {
                        return false;
                      }
                    }));
      }

      assertThat(begin(client, "last").get(20, TimeUnit.SECONDS).text()).isEqualTo("last");
      held.countDown();
      for (CompletableFuture<Boolean> each : blocked) {
        assertThat(each.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void aCancelledCallEndsItsExchange() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    Script hangs =
        HttpTransportServers.older(
            true,
            call -> {
              if (call.is("tools/call")) {
                held.await();
              }
              call.status(202);
            },
            call -> call.status(405));
    try (var peer = new HttpTransportPeer(hangs);
        McpClient client = connect(peer)) {
      CompletableFuture<ToolResult> calling = begin(client, "a");
      Object id = peer.await(call -> call.is("tools/call")).message.get("id");

      calling.cancel(true);

      assertThat(calling).isCancelled();
      HttpTransportPeer.Call told =
          peer.await(call -> "notifications/cancelled".equals(call.message.get("method")));
      assertThat(told.params()).isEqualTo(Map.of("requestId", id, "reason", "the caller gave up"));
      held.countDown();
    }
  }

  @Test
  void aServerThatWantsCredentialsIsNotAskedAgainAndAgain() throws Exception {
    String json =
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"Unauthorized\"}}";
    for (int status : new int[] {401, 403}) {
      try (var peer = new HttpTransportPeer(call -> call.body(status, "application/json", json))) {
        assertThatThrownBy(() -> connect(peer))
            .isInstanceOfSatisfying(
                McpException.ConnectFailed.class,
                e -> {
                  assertThat(e.needsAuthentication()).isTrue();
                  assertThat(e).hasMessageContaining("HTTP " + status);
                });
        assertThat(peer.calls()).hasSize(1);
      }
    }
  }

  @Test
  void otherTroubleWhileConnectingIsNoWantOfCredentials() throws Exception {
    try (var peer = new HttpTransportPeer(call -> call.body(500, "text/plain", "no"))) {
      assertThatThrownBy(() -> connect(peer))
          .isInstanceOfSatisfying(
              McpException.ConnectFailed.class, e -> assertThat(e.needsAuthentication()).isFalse());
    }
  }

  @Test
  void credentialsThatHaveRunOutAreSaidToBeSoAtTheNextCall() throws Exception {
    Script expired = HttpTransportServers.modern(call -> call.body(401, "text/plain", "expired"));
    try (var peer = new HttpTransportPeer(expired);
        McpClient client = connect(peer)) {
      assertThatThrownBy(() -> client.callTool(ToolCall.of("echo", Map.of("text", "a"))))
          .isInstanceOfSatisfying(McpException.ConnectFailed.class, HttpTransportAsyncTest::safe);
      assertThatThrownBy(() -> begin(client, "b").get(20, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(McpException.ConnectFailed.class, HttpTransportAsyncTest::safe);
      assertThat(peer.calls().stream().filter(call -> call.is("tools/call"))).hasSize(2);
      client.ping(Duration.ofSeconds(20));
    }
  }

  private static void safe(McpException.ConnectFailed refused) {
    assertThat(refused.needsAuthentication()).isTrue();
    assertThat(refused.mayHaveExecuted()).isFalse();
  }
}
