// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients of the revisions with {@code initialize} get. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerLegacyTest {
  private Served served;

  @BeforeEach
  void start() {
    served =
        new Served(
            http ->
                http.limits(
                    HttpLimits.builder()
                        .streamAfter(Duration.ofMillis(100))
                        .keepAlive(Duration.ofMillis(50))
                        .maxSessions(8)
                        .build()));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aSessionServesCalls() throws Exception {
    Map<String, String> session = served.session();
    RawHttp.Answer initialized =
        served.post(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    RawHttp.Answer listed = served.post(session, Served.legacy(1, "tools/list", ""));
    RawHttp.Answer answer =
        served.post(session, Served.legacyCall(2, "echo", "\"message\":\"hi\""));

    assertThat(session.get("Mcp-Session-Id")).hasSizeGreaterThan(21).matches("[!-~]+");
    assertThat(initialized.status()).isEqualTo(202);
    assertThat(initialized.body()).isEmpty();
    assertThat(listed.text()).contains("\"echo\"");
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.text()).contains("\"hi\"").doesNotContain("resultType");
  }

  @Test
  void theVersionMayBeLeftOutAndHasToBeKnown() throws Exception {
    Map<String, String> session = served.session();
    String ping = Served.legacy(1, "ping", "");

    session.remove("MCP-Protocol-Version");
    assertThat(served.post(session, ping).status()).isEqualTo(200);
    session.put("MCP-Protocol-Version", "2025-06-18");
    assertThat(served.post(session, ping).status()).isEqualTo(200);
    session.put("MCP-Protocol-Version", "1999-01-01");
    assertThat(served.post(session, ping).status()).isEqualTo(400);
    session.put("MCP-Protocol-Version", "latest");
    assertThat(served.post(session, ping).status()).isEqualTo(400);
    // A version of the newer era, and the body does not say so.
    session.put("MCP-Protocol-Version", Served.MODERN);
    assertThat(served.post(session, ping).errorCode()).isEqualTo(-32602);
  }

  @Test
  void sessionsHaveToBeNamedAndKnown() throws Exception {
    String ping = Served.legacy(1, "ping", "");
    Map<String, String> unknown = Map.of("Mcp-Session-Id", "nobody");

    assertThat(served.post(Map.of(), ping).status()).isEqualTo(400);
    assertThat(served.post(unknown, ping).status()).isEqualTo(404);
    assertThat(RawHttp.once(served.uri(), "GET", Map.of(), "").status()).isEqualTo(400);
    assertThat(RawHttp.once(served.uri(), "GET", unknown, "").status()).isEqualTo(404);
    assertThat(RawHttp.once(served.uri(), "DELETE", unknown, "").status()).isEqualTo(404);
  }

  @Test
  void deleteEndsTheSession() throws Exception {
    Map<String, String> session = served.session();

    assertThat(RawHttp.once(served.uri(), "DELETE", session, "").status()).isEqualTo(204);
    assertThat(served.post(session, Served.legacy(1, "ping", "")).status()).isEqualTo(404);
  }

  @Test
  void thereAreNoMoreSessionsThanAllowed() throws Exception {
    Map<String, String> first = served.session();
    for (int i = 1; i < 8; i++) {
      served.session();
    }
    RawHttp.Answer refused = served.post(Map.of(), Served.initialize());
    RawHttp.once(served.uri(), "DELETE", first, "");

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).isNotNull();
    assertThat(refused.errorCode()).isEqualTo(-31001);
    served.session();
  }

  @Test
  void anIdInFlightIsRefused() throws Exception {
    Map<String, String> session = served.session();
    try (RawHttp http = new RawHttp(served.uri())) {
      http.send(served.uri(), "POST", session, Served.legacyCall(5, "hold", ""));
      served.begun.acquire();
      RawHttp.Answer again = served.post(session, Served.legacyCall(5, "echo", ""));
      served.letGo.countDown();

      assertThat(again.status()).isEqualTo(400);
      assertThat(again.errorCode()).isEqualTo(-32600);
      assertThat(http.read().text()).contains("let go");
    }
  }

  @Test
  void aLostStreamIsNoCancellationAndCanBeResumed() throws Exception {
    Map<String, String> session = served.session();
    String primed;
    try (RawHttp http = new RawHttp(served.uri())) {
      http.send(served.uri(), "POST", session, Served.legacyCall(5, "hold", ""));
      http.readHead();
      primed = http.readUntil("\n\n");
    }
    served.letGo.countDown();
    Map<String, String> resume = new HashMap<>(session);
    resume.put("Last-Event-ID", primed.lines().findFirst().orElseThrow().substring(4));
    RawHttp.Answer resumed = RawHttp.once(served.uri(), "GET", resume, "");
    RawHttp.Answer again = RawHttp.once(served.uri(), "GET", resume, "");

    assertThat(primed).startsWith("id: ").contains("\ndata: \n\n");
    assertThat(resumed.header("Content-Type")).isEqualTo("text/event-stream");
    assertThat(resumed.events()).hasSize(1);
    assertThat(resumed.events().get(0)).containsEntry("id", 5L);
    assertThat(resumed.text()).contains("let go");
    assertThat(again.events()).isEqualTo(resumed.events());
    assertThat(served.interrupted.tryAcquire()).isFalse();
  }

  @Test
  void aStreamThatNobodyKnowsCannotBeResumed() throws Exception {
    Map<String, String> session = new HashMap<>(served.session());
    for (String id :
        List.of("7-1", "nonsense", "-", "0--1", "99999999999-1", "0-99999999999999999999")) {
      session.put("Last-Event-ID", id);
      assertThat(RawHttp.once(served.uri(), "GET", session, "").status()).as(id).isEqualTo(400);
    }
  }

  @Test
  void cancellingEndsTheResponse() throws Exception {
    Map<String, String> session = served.session();
    try (RawHttp http = new RawHttp(served.uri())) {
      http.send(served.uri(), "POST", session, Served.legacyCall(5, "hold", ""));
      served.begun.acquire();
      RawHttp.Answer cancelled =
          served.post(
              session,
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":5}}");

      assertThat(cancelled.status()).isEqualTo(202);
      assertThat(served.interrupted.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      assertThat(http.read().text()).doesNotContain("result");
    }
  }

  @Test
  void theGetStreamIsReplacedByALaterOne() throws Exception {
    Map<String, String> session = served.session();
    try (RawHttp first = new RawHttp(served.uri());
        RawHttp second = new RawHttp(served.uri())) {
      first.send(served.uri(), "GET", session, "");
      assertThat(first.readHead().status()).isEqualTo(200);
      second.send(served.uri(), "GET", session, "");
      assertThat(second.readHead().status()).isEqualTo(200);

      // The first one ends properly, with its last chunk.
      byte[] chunk = first.readChunk();
      while (chunk.length > 0) {
        chunk = first.readChunk();
      }
      second.readUntil(":\n\n");
    }
  }
}
