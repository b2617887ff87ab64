// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.http.HttpTransport;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code cleat serve --http} as a process, with real sockets and signals. */
class ServeHttpTest {
  private static final String TOKEN = "a-token-of-some-length";

  @TempDir Path folder;

  private static McpClient client(String url, Map<String, String> headers) {
    ClientDefinition definition =
        ClientDefinition.builder().url(URI.create(url)).putAllHeaders(headers).build();
    return McpClient.connect(
        () -> new HttpTransport().open("test", definition, Limits.defaults()), Limits.defaults());
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void itTellsItsAddressServesAndEndsWithItsSignal() throws Exception {
    try (Child server = Child.serve(folder, "--http", "127.0.0.1:0")) {
      String url = server.line().replace("serving MCP at ", "");
      String base = url.replace("/mcp", "");
      String answer;
      try (McpClient client = client(url, Map.of())) {
        answer = client.callTool(ToolCall.of("measure", Map.of())).text();
      }
      HttpResponse<String> ready = get(base + "/readyz");
      String metrics = get(base + "/metrics").body();
      server.terminate();

      assertThat(answer).contains("size 1");
      assertThat(get(base, "/healthz", server)).isFalse();
      assertThat(ready.statusCode()).isEqualTo(200);
      assertThat(ready.body()).contains("\"nvml\"");
      assertThat(metrics).contains("method=\"tools/call\"");
      assertThat(server.awaitExit()).isZero();
    }
    assertThat(folder.resolve("stderr")).isEmptyFile();
  }

  /** Whether it still answers after its end. */
  private static boolean get(String base, String path, Child server) throws Exception {
    assertThat(server.awaitExit()).isZero();
    try {
      return get(base + path).statusCode() == 200;
    } catch (java.io.IOException refused) {
      return false;
    }
  }

  @Test
  void whoHasNoTokenDoesNotComeIn() throws Exception {
    Files.writeString(folder.resolve("tokens"), "# who may come in\n\nalice " + TOKEN + "\n");
    try (Child server = Child.serve(folder, "--http", "127.0.0.1:0", "--http-tokens", "tokens")) {
      String url = server.line().replace("serving MCP at ", "");
      String tools;
      try (McpClient client = client(url, Map.of("Authorization", "Bearer " + TOKEN))) {
        tools = client.listTools().toString();
      }

      assertThat(tools).contains("measure");
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> client(url, Map.of()))
          .isInstanceOf(McpException.ConnectFailed.class)
          .hasMessageContaining("A known token is needed");
      server.terminate();
      assertThat(server.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--http localhost | HOST:PORT",
        "--http :80 | HOST:PORT",
        "--http 127.0.0.1:70000 | HOST:PORT",
        "--http 127.0.0.1:x | HOST:PORT",
        "--http 0.0.0.0:0 | --http-tokens FILE",
        "--http no.such.host.invalid:0 | no address",
        "--http 127.0.0.1:0 --http-tokens none | cannot be read",
        "--http 127.0.0.1:0 --http-tokens short | line 1",
        "--http 127.0.0.1:0 --http-tokens empty | no token",
        "--http 127.0.0.1:0 --tls-cert short | go together",
        "--http 127.0.0.1:0 --tls-cert short --tls-key short | certificate",
        "--http-tokens short | go with --http",
      })
  void whatMakesNoSenseIsRefusedInWords(String options, String why) {
    Run.Result result =
        Run.in(folder)
            .file("short", "alice secret\n")
            .file("empty", "# nobody\n")
            .run(("serve " + inFolder(options)).split(" "));

    assertThat(result.err()).contains(why).doesNotContain("secret");
    assertThat(result.out()).isEmpty();
    assertThat(result.exit()).isEqualTo(2);
  }

  /** A command run in this process has its files elsewhere than in the working directory. */
  private String inFolder(String options) {
    return options.replaceAll(" (none|short|empty)\\b", " " + folder + "/$1");
  }
}
