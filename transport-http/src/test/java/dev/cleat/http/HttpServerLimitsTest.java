// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is too much. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerLimitsTest {
  private static final String ECHO = Served.call(1, "echo", "\"message\":\"m\"");

  @Test
  void bodiesAreBounded() throws Exception {
    Limits limits = Limits.builder().maxMessageBytes(2_000).build();
    try (Served served = new Served(server -> server.limits(limits), http -> http)) {
      String long1 = Served.call(1, "echo", "\"message\":\"" + "x".repeat(2_000) + "\"");
      RawHttp.Answer declared = served.post(Served.callHeaders("echo"), long1);
      Map<String, String> chunked = Served.callHeaders("echo");
      chunked.put("Content-Length", RawHttp.ABSENT);
      chunked.put("Transfer-Encoding", "chunked");
      RawHttp.Answer streamed =
          served.post(
              chunked, Integer.toHexString(long1.length()) + "\r\n" + long1 + "\r\n0\r\n\r\n");
      RawHttp.Answer short1 =
          served.post(
              chunked, Integer.toHexString(ECHO.length()) + "\r\n" + ECHO + "\r\n0\r\n\r\n");

      assertThat(declared.status()).isEqualTo(413);
      assertThat(declared.errorCode()).isEqualTo(-32600);
      assertThat(streamed.status()).isEqualTo(413);
      assertThat(short1.status()).isEqualTo(200);
    }
  }

  @Test
  void anAnswerThatIsTooLongIsReplaced() throws Exception {
    Limits limits = Limits.builder().maxMessageBytes(2_000).build();
    try (Served served = new Served(server -> server.limits(limits), http -> http)) {
      // Short enough to come in, and too long to go out, because text comes back twice.
      String body = Served.call(1, "echo", "\"message\":\"" + "x".repeat(1_500) + "\"");

      RawHttp.Answer answer = served.post(Served.callHeaders("echo"), body);

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.errorCode()).isEqualTo(-32603);
    }
  }

  @Test
  void headersAreBounded() throws Exception {
    try (Served served = new Served()) {
      Map<String, String> headers = Served.callHeaders("echo");
      headers.put("X-Long", "x".repeat(20_000));

      RawHttp.Answer answer = served.post(headers, ECHO);

      assertThat(answer.status()).isEqualTo(431);
      assertThat(answer.text()).doesNotContainIgnoringCase("jetty");
    }
  }

  @Test
  void aBodyThatComesSlowlyIsGivenUp() throws Exception {
    HttpLimits limits = HttpLimits.builder().requestTimeout(Duration.ofMillis(100)).build();
    try (Served served = new Served(http -> http.limits(limits));
        RawHttp http = new RawHttp(served.uri())) {
      Map<String, String> headers = Served.callHeaders("echo");
      headers.put("Content-Length", String.valueOf(ECHO.length()));
      http.send(served.uri(), "POST", headers, ECHO.substring(0, 10));

      assertThat(http.read().status()).isEqualTo(408);
    }
  }

  @Test
  void aBodyInPiecesIsPutTogether() throws Exception {
    try (Served served = new Served();
        RawHttp http = new RawHttp(served.uri())) {
      Map<String, String> headers = Served.callHeaders("echo");
      headers.put("Content-Length", String.valueOf(ECHO.length()));
      http.send(served.uri(), "POST", headers, "");
      for (byte b : ECHO.getBytes(StandardCharsets.UTF_8)) {
        http.write(new byte[] {b});
      }

      assertThat(http.read().text()).contains("\"m\"");
    }
  }

  @Test
  void whoAsksTooOftenIsToldToWait() throws Exception {
    HttpLimits limits = HttpLimits.builder().maxRequestsPerSecond(5).build();
    try (Served served = new Served(http -> http.limits(limits))) {
      RawHttp.Answer answer = served.post(Served.callHeaders("echo"), ECHO);
      for (int i = 0; i < 50 && answer.status() == 200; i++) {
        answer = served.post(Served.callHeaders("echo"), ECHO);
      }

      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
  }

  @Test
  void eventStreamsAreBounded() throws Exception {
    HttpLimits limits = HttpLimits.builder().maxStreams(1).build();
    try (Served served = new Served(http -> http.limits(limits));
        RawHttp first = new RawHttp(served.uri())) {
      Map<String, String> session = served.session();
      Map<String, String> other = served.session();
      first.send(served.uri(), "GET", session, "");
      first.readHead();

      RawHttp.Answer second = RawHttp.once(served.uri(), "GET", other, "");
      RawHttp.Answer call =
          served.post(Served.callHeaders("progress"), Served.call(1, "progress", ""));

      assertThat(second.status()).isEqualTo(503);
      // The answer comes; what would be said beside it does not.
      assertThat(call.header("Content-Type")).isEqualTo("application/json");
      assertThat(call.text()).contains("done");
    }
  }

  @Test
  void idleSessionsAreEnded() throws Exception {
    HttpLimits limits =
        HttpLimits.builder().sessionIdle(Duration.ofMillis(50)).maxSessions(1).build();
    try (Served served = new Served(http -> http.limits(limits))) {
      served.session();
      RawHttp.Answer next = served.post(Map.of(), Served.initialize());
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (next.status() == 503 && System.nanoTime() < deadline) {
        next = served.post(Map.of(), Served.initialize());
      }

      assertThat(next.status()).isEqualTo(200);
    }
  }

  @Test
  void wrongTypesAreRefused() throws Exception {
    try (Served served = new Served()) {
      Map<String, String> headers = Served.callHeaders("echo");
      headers.put("Content-Type", "text/plain");
      assertThat(served.post(headers, ECHO).status()).isEqualTo(415);
      headers.put("Content-Type", RawHttp.ABSENT);
      assertThat(served.post(headers, ECHO).status()).isEqualTo(415);
      headers.put("Content-Type", "application/jsonx");
      assertThat(served.post(headers, ECHO).status()).isEqualTo(415);
      headers.put("Content-Type", "Application/JSON; charset=utf-8");
      assertThat(served.post(headers, ECHO).status()).isEqualTo(200);
      headers.put("Accept", "application/json");
      assertThat(served.post(headers, ECHO).status()).isEqualTo(406);
      headers.put("Accept", "*/*");
      assertThat(served.post(headers, ECHO).status()).isEqualTo(200);
      headers.put("Accept", "Text/*, APPLICATION/json;q=0.5");
      assertThat(served.post(headers, ECHO).status()).isEqualTo(200);
    }
  }
}
