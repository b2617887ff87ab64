// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.spi.ConfigException;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may come in, and what operators see. */
@ExtendWith(LeavesNoThreads.class)
class HttpServerAccessTest {
  private static final String ALICE = "alice-secret-0123456789";
  private static final String BOB = "bob-secret-0123456789abc";
  private static final String PING = Served.legacy(1, "ping", "");

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  @Test
  void onlyThisMachinesNamesAreAnsweredOnLoopback() throws Exception {
    try (Served served = new Served()) {
      for (String host : List.of("localhost", "LOCALHOST:80", "127.0.0.1:9", "[::1]", "[::1]:80")) {
        assertThat(status(served, Map.of("Host", host))).as(host).isEqualTo(200);
      }
      for (String host :
          List.of("evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[::2]")) {
        RawHttp.Answer answer = served.post(Map.of("Host", host), Served.initialize());
        assertThat(answer.status()).as(host).isEqualTo(403);
        assertThat(answer.json()).doesNotContainKey("id").containsKey("error");
      }
    }
  }

  @Test
  void foreignOriginsAreRefused() throws Exception {
    try (Served served = new Served(http -> http.allowedOrigins("https://app.example"))) {
      for (String origin :
          List.of("http://localhost:3000", "https://127.0.0.1", "https://app.example")) {
        assertThat(status(served, Map.of("Origin", origin))).as(origin).isEqualTo(200);
      }
      for (String origin :
          List.of(
              "null",
              "http://evil.example",
              "https://app.example:444",
              "https://app.example.evil.example",
              "http://localhost.evil.example",
              "ftp://localhost",
              "localhost")) {
        assertThat(status(served, Map.of("Origin", origin))).as(origin).isEqualTo(403);
      }
    }
  }

  @Test
  void furtherHostsCanBeAllowed() throws Exception {
    try (Served served = new Served(http -> http.allowedHosts("mcp.example"))) {
      assertThat(status(served, Map.of("Host", "MCP.example:8080"))).isEqualTo(200);
      assertThat(status(served, Map.of("Host", "other.example"))).isEqualTo(403);
    }
  }

  @Test
  void tokensAreAskedFor() throws Exception {
    try (Served served = new Served(http -> http.tokens(Map.of("alice", ALICE)))) {
      RawHttp.Answer without = served.post(Map.of(), Served.initialize());

      assertThat(without.status()).isEqualTo(401);
      assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(without.text()).doesNotContain(ALICE);
      assertThat(status(served, bearer(ALICE))).isEqualTo(200);
      assertThat(status(served, Map.of("Authorization", "bearer  " + ALICE))).isEqualTo(200);
      for (String wrong : List.of(ALICE + "x", ALICE.substring(1), "", ALICE.toUpperCase())) {
        assertThat(status(served, bearer(wrong))).as(wrong).isEqualTo(401);
      }
      assertThat(status(served, Map.of("Authorization", "Basic " + ALICE))).isEqualTo(401);
    }
  }

  @Test
  void aSessionBelongsToWhoBeganIt() throws Exception {
    try (Served served = new Served(http -> http.tokens(Map.of("alice", ALICE, "bob", BOB)))) {
      Map<String, String> alices = served.session(bearer(ALICE));
      Map<String, String> bobs = new HashMap<>(alices);
      bobs.putAll(bearer(BOB));

      assertThat(served.post(bobs, PING).status()).isEqualTo(404);
      assertThat(RawHttp.once(served.uri(), "GET", bobs, "").status()).isEqualTo(404);
      assertThat(RawHttp.once(served.uri(), "DELETE", bobs, "").status()).isEqualTo(404);
      assertThat(served.post(alices, PING).status()).isEqualTo(200);
    }
  }

  @Test
  void otherMachinesNeedTokens() throws Exception {
    assertThatThrownBy(() -> new Served(http -> http.address("0.0.0.0", 0)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("tokens");
    assertThatThrownBy(() -> new Served(http -> http.tokens(Map.of("a", "short"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("short\"");
    try (Served open = new Served(http -> http.address("0.0.0.0", 0).anonymousOffLoopback())) {
      assertThat(open.post(Map.of(), Served.initialize()).status()).isEqualTo(200);
    }
  }

  @Test
  void probesTellHowItIs() throws Exception {
    boolean[] diskReady = {false};
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Served served =
        new Served(
            server ->
                server.tools(
                    ToolSet.builder()
                        .readiness(
                            () -> List.of(new Readiness("disk", diskReady[0], "0 bytes free")))
                        .build()),
            http -> http.metrics(registry, () -> "cleat_up 1\n"))) {
      assertThat(get(served, "/healthz").status()).isEqualTo(200);
      RawHttp.Answer notReady = get(served, "/readyz");
      diskReady[0] = true;
      RawHttp.Answer ready = get(served, "/readyz");
      served.post(Served.callHeaders("echo"), Served.call(1, "echo", "\"message\":\"m\""));
      Map<String, String> session = served.session();

      assertThat(notReady.status()).isEqualTo(503);
      assertThat(notReady.text()).contains("0 bytes free");
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.json()).containsEntry("ready", true);
      assertThat(get(served, "/metrics").text()).isEqualTo("cleat_up 1\n");
      assertThat(get(served, "/nothing").status()).isEqualTo(404);
      assertThat(get(served, "/").status()).isEqualTo(404);
      assertThat(
              registry
                  .get("cleat.http.requests")
                  .tag("era", "modern")
                  .tag("method", "tools/call")
                  .tag("status", "200")
                  .timer()
                  .count())
          .isEqualTo(1);
      assertThat(registry.get("cleat.http.sessions").gauge().value()).isEqualTo(1);
      assertThat(session).isNotEmpty();
    }
  }

  @Test
  void probesNeedATokenOffLoopback() throws Exception {
    try (Served served =
        new Served(http -> http.address("0.0.0.0", 0).tokens(Map.of("alice", ALICE)))) {
      assertThat(get(served, "/healthz").status()).isEqualTo(200);
      assertThat(get(served, "/readyz").status()).isEqualTo(401);
      assertThat(get(served, "/metrics").status()).isEqualTo(404);
      assertThat(RawHttp.once(path(served, "/readyz"), "GET", bearer(ALICE), "").status())
          .isEqualTo(200);
    }
  }

  @Test
  void aTakenPortIsSaidSo() {
    try (Served served = new Served()) {
      assertThatThrownBy(() -> new Served(http -> http.address("127.0.0.1", served.http.port())))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("cannot listen");
    }
  }

  private static int status(Served served, Map<String, String> headers) throws Exception {
    return served.post(headers, Served.initialize()).status();
  }

  private static URI path(Served served, String path) {
    return served.uri().resolve(path);
  }

  private static RawHttp.Answer get(Served served, String path) throws Exception {
    return RawHttp.once(path(served, path), "GET", Map.of(), "");
  }
}
