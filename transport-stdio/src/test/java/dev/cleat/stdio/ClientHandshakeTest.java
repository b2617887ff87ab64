// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.PeerInfo;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which era a client speaks to which server. */
class ClientHandshakeTest extends ClientOverStreams {
  @Test
  void aServerThatDiscoversIsSpokenToInTheNewerEra() throws Exception {
    modern();

    assertThat(client.peer())
        .isEqualTo(new PeerInfo("dice", "7", "2026-07-28", Optional.of("Roll.")));
    Future<ToolResult> call = calling("roll");
    Map<String, Object> request = server.next("tools/call");
    assertThat(params(request).get("_meta"))
        .isEqualTo(
            Map.of(
                "io.modelcontextprotocol/protocolVersion", "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities", Map.of(),
                "io.modelcontextprotocol/clientInfo",
                    Map.of("name", "cleat", "version", dev.cleat.mcp.Version.CURRENT)));
    server.respond(request.get("id"), text("6"));
    assertThat(get(call).text()).isEqualTo("6");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
  void aServerThatRefusesDiscoverIsInitialised(String revision) throws Exception {
    legacy(revision);

    assertThat(client.peer().protocolVersion()).isEqualTo(revision);
    Future<ToolResult> call = calling("roll");
    Map<String, Object> request = server.next("tools/call");
    assertThat(params(request).containsKey("_meta")).as("nothing of the newer era").isFalse();
    server.respond(request.get("id"), text("6"));
    assertThat(get(call).text()).isEqualTo("6");
  }

  @Test
  void aServerThatIsSilentIsInitialisedAndItsLateAnswerDropped() throws Exception {
    Future<McpClient> connecting =
        connecting(Limits.builder().from(LIMITS).eraProbeTimeout(Duration.ofMillis(20)).build());

    Object probe = server.next("server/discover").get("id");
    Map<String, Object> initialize = server.next("initialize");
    server.respond(probe, DISCOVERED);
    server.respond(
        initialize.get("id"),
        "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
            + "\"serverInfo\":{\"name\":\"old\",\"version\":\"1\"}}");
    client = get(connecting);

    assertThat(params(initialize).get("protocolVersion")).isEqualTo("2025-11-25");
    assertThat(client.peer().protocolVersion()).isEqualTo("2025-06-18");
  }

  @Test
  void aServerThatRefusesTheRevisionItSpeaksIsAskedOnceMore() throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    error(
        server.next("server/discover").get("id"),
        -32022,
        "busy",
        "{\"supported\":[\"2026-07-28\"],\"requested\":\"2026-07-28\"}");
    server.respond(server.next("server/discover").get("id"), DISCOVERED);
    client = get(connecting);

    assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"supportedVersions\":[\"2027-01-01\"]}", "{\"supportedVersions\":7}", "{}"})
  void aServerThatDiscoversNothingInCommonIsInitialised(String discovered) throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    server.respond(server.next("server/discover").get("id"), discovered);
    server.respond(
        server.next("initialize").get("id"),
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
    client = get(connecting);

    assertThat(client.peer())
        .isEqualTo(new PeerInfo("(unnamed)", "", "2025-11-25", Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"2031-01-01\"", "7", "null"})
  void aServerThatWantsAnUnknownRevisionIsNotConnected(String revision) throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    error(server.next("server/discover").get("id"), -32601, "what?", "");
    server.respond(server.next("initialize").get("id"), "{\"protocolVersion\":" + revision + "}");

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("Spoken here are 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05");
  }

  @Test
  void aServerThatRefusesInitializeIsNotConnected() throws Exception {
    Future<McpClient> connecting = connecting(LIMITS);

    error(server.next("server/discover").get("id"), -32601, "what?", "");
    error(server.next("initialize").get("id"), -32000, "no licence", "");

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("no licence");
  }

  @Test
  void aServerThatSaysNothingIsGivenUpInTime() throws Exception {
    Future<McpClient> connecting =
        connecting(
            Limits.builder()
                .eraProbeTimeout(Duration.ofMillis(20))
                .connectTimeout(Duration.ofMillis(60))
                .build());

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("did not complete the handshake");
    server.next("server/discover");
    server.next("initialize");
    server.close();
    assertThat(server.untilEnd()).as("initialize is never cancelled").isEmpty();
  }
}
