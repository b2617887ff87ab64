// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients of revision 2026-07-28 get. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerModernTest {
  private Served served;

  @BeforeEach
  void start() {
    served =
        new Served(
            http ->
                http.limits(
                    HttpLimits.builder()
                        .streamAfter(java.time.Duration.ofMillis(100))
                        .keepAlive(java.time.Duration.ofMillis(50))
                        .maxStreams(4)
                        .build()));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aQuickCallIsAnsweredByOneJsonObject() throws Exception {
    RawHttp.Answer answer =
        served.post(Served.callHeaders("echo"), Served.call(1, "echo", "\"message\":\"hällo\""));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Content-Length")).isEqualTo(String.valueOf(answer.body().length));
    assertThat(answer.header("Server")).isNull();
    assertThat(answer.text()).contains("hällo").contains("\"resultType\":\"complete\"");
  }

  @Test
  void discoverAndListAreAnswered() throws Exception {
    RawHttp.Answer discovered =
        served.post(
            Served.modernHeaders("server/discover"), Served.modern("d", "server/discover", ""));
    RawHttp.Answer listed =
        served.post(Served.modernHeaders("tools/list"), Served.modern(2, "tools/list", ""));

    assertThat(discovered.text()).contains("supportedVersions").contains("2026-07-28");
    assertThat(listed.text()).contains("\"routed\"").contains("\"echo\"");
  }

  @Test
  void manyRequestsShareAConnection() throws Exception {
    try (RawHttp http = new RawHttp(served.uri())) {
      for (int i = 0; i < 100; i++) {
        String message = "\"message\":\"m" + i + "\"";
        http.send(
            served.uri(), "POST", Served.callHeaders("echo"), Served.call(i, "echo", message));
        assertThat(http.read().text()).contains("\"m" + i + "\"");
      }
    }
  }

  @Test
  void progressTurnsTheAnswerIntoAnEventStream() throws Exception {
    RawHttp.Answer answer =
        served.post(Served.callHeaders("progress"), Served.call(1, "progress", ""));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("text/event-stream");
    assertThat(answer.header("X-Accel-Buffering")).isEqualTo("no");
    assertThat(answer.header("Cache-Control")).contains("no-cache");
    List<Map<String, Object>> events = answer.events();
    assertThat(events).hasSize(2);
    assertThat(events.get(0)).containsEntry("method", "notifications/progress");
    assertThat(events.get(1)).containsEntry("id", 1L).containsKey("result");
  }

  @Test
  void aCallThatTakesLongGetsAStreamThatIsKeptAlive() throws Exception {
    try (RawHttp http = new RawHttp(served.uri())) {
      http.send(served.uri(), "POST", Served.callHeaders("hold"), Served.call(1, "hold", ""));
      RawHttp.Answer head = http.readHead();
      http.readUntil(":\n\n");
      http.readUntil(":\n\n");
      served.letGo.countDown();
      String rest = http.readUntil("\"result\"");

      assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
      assertThat(rest).contains("let go");
      assertThat(http.readChunk()).isEmpty();
    }
  }

  @Test
  void closingTheStreamCancelsTheCall() throws Exception {
    try (RawHttp http = new RawHttp(served.uri())) {
      http.send(served.uri(), "POST", Served.callHeaders("hold"), Served.call(1, "hold", ""));
      http.readHead();
      http.readUntil(":\n\n");
    }

    assertThat(served.interrupted.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aCancelledCallGivesItsStreamBack() throws Exception {
    for (int i = 0; i < 12; i++) {
      try (RawHttp http = new RawHttp(served.uri())) {
        http.send(served.uri(), "POST", Served.callHeaders("hold"), Served.call(1, "hold", ""));
        http.readHead();
        http.readUntil(":\n\n");
      }
      assertThat(served.interrupted.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void onlyPostIsAllowed() throws Exception {
    Map<String, String> headers = Map.of("MCP-Protocol-Version", Served.MODERN);

    for (String method : List.of("GET", "DELETE")) {
      RawHttp.Answer answer = RawHttp.once(served.uri(), method, headers, "");
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.header("Allow")).isEqualTo("POST");
    }
    RawHttp.Answer put = RawHttp.once(served.uri(), "PUT", Map.of(), "");
    assertThat(put.status()).isEqualTo(405);
    assertThat(put.header("Allow")).isEqualTo("GET, POST, DELETE");
  }

  @Test
  void notificationsAreAcceptedWithoutABody() throws Exception {
    String body =
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}";

    RawHttp.Answer answer = served.post(Served.modernHeaders("notifications/cancelled"), body);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.body()).isEmpty();
    assertThat(served.post(Served.modernHeaders("notifications/x"), body).errorCode())
        .isEqualTo(-32020);
  }

  @Test
  void answersToNothingAreRefused() throws Exception {
    RawHttp.Answer answer =
        served.post(
            Map.of("MCP-Protocol-Version", Served.MODERN),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errorCode()).isEqualTo(-32600);
  }

  @Test
  void errorsHaveTheirStatus() throws Exception {
    Map<String, String> list = Served.modernHeaders("tools/list");
    Map<String, String> unknownMethod = Served.modernHeaders("no/such");
    String nothing = Served.modern(1, "no/such", "");
    String body = Served.modern(1, "tools/list", "");
    Map<String, String> future = new HashMap<>(list);
    future.put("MCP-Protocol-Version", "2027-01-01");

    check(served.post(list, "{nonsense"), 400, -32700);
    check(served.post(list, "[]"), 400, -32600);
    check(served.post(list, "{\"jsonrpc\":\"2.0\"}"), 400, -32600);
    check(served.post(unknownMethod, nothing), 404, -32601);
    check(served.post(list, Served.legacy(1, "tools/list", "")), 400, -32602);
    check(served.post(future, body.replace(Served.MODERN, "2027-01-01")), 400, -32022);
    check(served.post(list, body.replace("clientCapabilities\":{}", "other\":{}")), 400, -32602);
    check(served.post(Served.callHeaders("nobody"), Served.call(1, "nobody", "")), 400, -32602);
    // initialize with a version in its metadata is of the newer era, where there is none.
    check(
        served.post(Served.modernHeaders("initialize"), Served.modern(1, "initialize", "")),
        404,
        -32601);
  }

  private static void check(RawHttp.Answer answer, int status, int code) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.errorCode()).as(answer.text()).isEqualTo(code);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
  }
}
