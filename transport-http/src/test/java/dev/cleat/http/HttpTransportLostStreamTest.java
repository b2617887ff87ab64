// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.Message;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The stream that carries all answers of the oldest revision is lost. */
@ExtendWith(LeavesNoThreads.class)
class HttpTransportLostStreamTest {
  @Test
  void whoHearsThatAnAnswerIsLostCannotSendIntoTheLostConnection() throws Exception {
    CompletableFuture<HttpTransportLink> link = new CompletableFuture<>();
    CompletableFuture<Object> outcome = new CompletableFuture<>();
    var told =
        new HttpTransportReceiver() {
          @Override
          public void lost(Object requestId, boolean sent, String reason) {
            try {
              outcome.complete(link.join().callInSession(2));
            } catch (McpException.NotSent refused) {
              outcome.complete(refused);
            }
          }
        };
    try (var peer = new HttpTransportPeer(HttpTransportServers.oldest("/messages"));
        var opened = new HttpTransportLink(peer.definition(), Limits.defaults(), told)) {
      opened.initialize();
      link.complete(opened);

      opened.connection.send(
          new Message.Request(
              1L, "tools/call", Map.of("name", "echo", "arguments", Map.of("text", "end"))));

      assertThat(outcome.get(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              McpException.NotSent.class,
              refused -> assertThat(refused).hasMessageContaining("ended its event stream"));
      told.next(HttpTransportReceiver.Ended.class);
    }
  }
}
