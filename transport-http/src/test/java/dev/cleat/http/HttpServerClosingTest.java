// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a server ends. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerClosingTest {
  @Test
  void itIsReadyOnceItListens() throws Exception {
    try (Served served = new Served()) {
      assertThat(served.http.ready().get(10, TimeUnit.SECONDS)).isEqualTo(served.uri());
      assertThat(served.uri().getPort()).isEqualTo(served.http.port()).isPositive();
    }
  }

  @Test
  void runningCallsAreFinishedAndNewOnesRefused() throws Exception {
    Served served = new Served();
    try (RawHttp running = new RawHttp(served.uri());
        RawHttp idle = new RawHttp(served.uri())) {
      idle.send(served.uri().resolve("/healthz"), "GET", Map.of(), "");
      idle.read();
      running.send(served.uri(), "POST", Served.callHeaders("hold"), Served.call(1, "hold", ""));
      served.begun.acquire();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(served.http::close);
      RawHttp.Answer ready = ready(served, idle);
      while (ready.status() == 200) {
        ready = ready(served, idle);
      }
      idle.send(served.uri(), "POST", Served.callHeaders("echo"), Served.call(2, "echo", ""));
      RawHttp.Answer refused = idle.read();
      served.letGo.countDown();
      RawHttp.Answer answered = running.read();
      closing.get(30, TimeUnit.SECONDS);

      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.json()).containsEntry("draining", true);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotNull();
      assertThat(refused.errorCode()).isEqualTo(-31000);
      assertThat(answered.text()).contains("let go");
      assertThatThrownBy(() -> new RawHttp(served.uri()).close())
          .isInstanceOf(java.net.ConnectException.class);
    }
  }

  private static RawHttp.Answer ready(Served served, RawHttp http) throws Exception {
    http.send(served.uri().resolve("/readyz"), "GET", Map.of(), "");
    return http.read();
  }

  @Test
  void callsThatDoNotEndInTimeAreToldSo() throws Exception {
    Served served = new Served();
    try (RawHttp running = new RawHttp(served.uri())) {
      running.send(served.uri(), "POST", Served.callHeaders("hold"), Served.call(1, "hold", ""));
      served.begun.acquire();
      served.http.close();
      RawHttp.Answer answer = running.read();

      // Not 503, which would say that it can be repeated.
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.errorCode()).isEqualTo(-31000);
      assertThat(served.interrupted.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void openStreamsEndProperly() throws Exception {
    Served served = new Served();
    try (RawHttp listening = new RawHttp(served.uri())) {
      listening.send(served.uri(), "GET", served.session(), "");
      listening.readHead();
      served.http.close();

      byte[] chunk = listening.readChunk();
      while (chunk.length > 0) {
        chunk = listening.readChunk();
      }
    }
    served.http.close(); // Once more does no harm.
    served.http.awaitClose();
  }

  @Test
  void aServerThatWasNeverStartedCanBeClosed() {
    try (Served served = new Served()) {
      HttpServer.builder(served.mcpServer()).build().close();
    }
  }

  @Test
  void closingTheServerBehindItRefusesCalls() throws Exception {
    try (Served served = new Served()) {
      served.server.close();
      RawHttp.Answer answer = served.post(Served.callHeaders("echo"), Served.call(1, "echo", ""));

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.errorCode()).isEqualTo(-31000);
    }
  }
}
