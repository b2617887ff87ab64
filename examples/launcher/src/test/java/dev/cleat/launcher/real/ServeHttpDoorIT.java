// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.testkit.NoLeaks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who {@code ./cleat serve --http} lets in, and what it tells those who operate it. */
@ExtendWith(NoLeaks.class)
class ServeHttpDoorIT {
  private static final String TOKEN = "correct-horse-battery";
  private static final String LIST =
      Json.print(Map.of("jsonrpc", "2.0", "id", 1, "method", "tools/list", "params", meta()));

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;

  private static Listening open;
  private static Listening guarded;

  @BeforeAll
  static void serve() throws Exception {
    open = Served.overHttp(folder, Served.GPUS);
    Path tokens = Files.writeString(folder.resolve("tokens"), "# who\nada " + TOKEN + "\n");
    guarded = Served.overHttp(folder, Served.GPUS, "--http-tokens", tokens.toString());
  }

  @AfterAll
  static void end() throws Exception {
    for (Listening server : new Listening[] {open, guarded}) {
      if (server != null) {
        server.close();
      }
    }
    Leftovers.assertNoneIn(folder);
  }

  @Test
  void itSaysWhetherItLivesIsReadyAndWhatItHasDone() throws Exception {
    assertThat(post(open).statusCode()).isEqualTo(200);

    assertThat(get(open, "/healthz")).contains("\"alive\":true");
    assertThat(Json.parse(get(open, "/readyz")))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("ready", true)
        .containsEntry("draining", false);
    assertThat(get(open, "/metrics")).contains("cleat_", "# TYPE");
  }

  @Test
  void aPageOfAnotherOriginIsRefused() throws Exception {
    HttpResponse<String> refused = post(open, "Origin", "https://evil.example");

    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("Origin");
    assertThat(post(open, "Origin", "http://localhost:8080").statusCode()).isEqualTo(200);
  }

  @Test
  void aNameThatIsNotItsOwnIsRefused() throws Exception {
    assertThat(statusLine("evil.example")).contains(" 403 ");
    assertThat(statusLine("127.0.0.1:" + open.port())).contains(" 200 ");
    assertThat(statusLine("localhost:" + open.port())).contains(" 200 ");
  }

  @Test
  void aTokenOpensTheDoorAndNothingElseDoes() throws Exception {
    HttpResponse<String> nobody = post(guarded);
    HttpResponse<String> stranger = post(guarded, "Authorization", "Bearer wrong-" + TOKEN);
    HttpResponse<String> ada = post(guarded, "Authorization", "Bearer " + TOKEN);

    assertThat(nobody.statusCode()).isEqualTo(401);
    assertThat(nobody.headers().firstValue("WWW-Authenticate")).get().asString().contains("Bearer");
    assertThat(stranger.statusCode()).isEqualTo(401);
    assertThat(ada.statusCode()).isEqualTo(200);
    assertThat(ada.body()).contains("get_gpu_health");
    assertThat(get(guarded, "/healthz")).contains("\"alive\":true");
    assertThat(guarded.said() + nobody.body() + stranger.body()).doesNotContain(TOKEN);
  }

  @Test
  void withoutTokensItStaysOnThisMachine() throws Exception {
    Ran refused =
        Ran.toItsEnd(
            folder, Peers.sameJava(), "", Duration.ofMinutes(1), Served.command("0.0.0.0:0"));

    assertThat(refused.exit()).isNotZero();
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("0.0.0.0", "other machines", "--http-tokens");
  }

  private static Map<String, Object> meta() {
    return Map.of(
        "_meta",
        Map.of(
            "io.modelcontextprotocol/protocolVersion",
            "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities",
            Map.of()));
  }

  private static HttpResponse<String> post(Listening server, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url()))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", "tools/list")
            .POST(HttpRequest.BodyPublishers.ofString(LIST));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  private static String get(Listening server, String path) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(server.at(path))).build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** How a request is answered that names the server so; the JDK's client would not say that. */
  private static String statusLine(String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), open.port())) {
      String request = "GET /readyz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.lines().findFirst().orElse("");
    }
  }
}
