// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.mcp.McpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The handshake of a server, and both eras on one connection. */
class ServerHandshakeTest extends ServerOverStreams {
  @ParameterizedTest
  @CsvSource({
    "2025-11-25, 2025-11-25",
    "2025-06-18, 2025-06-18",
    "2025-03-26, 2025-03-26",
    "2024-11-05, 2024-11-05",
    "2026-07-28, 2025-11-25",
    "1999-01-01, 2025-11-25",
    "'', 2025-11-25"
  })
  void initializeSettlesOnTheRevisionAskedForOrTheNewest(String asked, String settled)
      throws Exception {
    RawPeer peer = peerOf(McpServer.builder().name("dice", "7").instructions("Roll.").tool(ECHO));

    peer.request(1, "initialize", "\"protocolVersion\":\"" + asked + "\",\"capabilities\":{}");

    assertThat(peer.next())
        .isEqualTo(
            Json.parse(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\""
                    + settled
                    + "\",\"capabilities\":{\"tools\":{\"listChanged\":true},\"logging\":{}},"
                    + "\"serverInfo\":{\"name\":\"dice\",\"version\":\"7\"},"
                    + "\"instructions\":\"Roll.\"}}"));
  }

  @Test
  void discoverTellsTheRevisionsOfTheNewerEra() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().name("dice", "7").tool(ECHO));

    peer.request(1, "server/discover", RawPeer.MODERN);

    assertThat(peer.next().get("result"))
        .isEqualTo(
            Json.parse(
                "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{\"listChanged\":true},\"logging\":{}},"
                    + "\"ttlMs\":0,\"cacheScope\":\"public\",\"resultType\":\"complete\","
                    + "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":"
                    + "{\"name\":\"dice\",\"version\":\"7\"}}}"));
  }

  @Test
  void bothErasAreSpokenOnOneConnectionInAnyOrder() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));
    String modernCall = "\"name\":\"echo\",\"arguments\":{}," + RawPeer.MODERN;

    peer.request(1, "server/discover", RawPeer.MODERN);
    peer.request(2, "tools/call", modernCall);
    peer.request(3, "initialize", "\"protocolVersion\":\"2025-03-26\",\"capabilities\":{}");
    List<Map<String, Object>> first = peer.answersTo(1L, 2L, 3L);
    peer.call(4, "echo", "{}");
    peer.request(5, "tools/call", modernCall);
    peer.request(6, "tools/list", "");
    peer.request(7, "tools/list", RawPeer.MODERN);
    List<Map<String, Object>> answers = new ArrayList<>(first);
    answers.addAll(peer.answersTo(4L, 5L, 6L, 7L));

    assertThat(answers)
        .extracting(a -> at(a, "result", "resultType"))
        .containsExactly("complete", "complete", null, null, "complete", null, "complete");
    assertThat(at(answers.get(2), "result", "protocolVersion")).isEqualTo("2025-03-26");
    assertThat(answers.get(5).toString()).doesNotContain("ttlMs", "cacheScope");
    assertThat(answers.get(6).toString()).contains("ttlMs=0", "cacheScope=public");
  }

  @Test
  void anotherRevisionOfTheNewerEraIsRefusedWithTheOnesThereAre() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));

    peer.request(1, "tools/list", RawPeer.MODERN.replace("2026-07-28", "2027-01-01"));

    assertThat(peer.next().get("error"))
        .satisfies(
            error ->
                assertThat(((Map<?, ?>) error).get("data"))
                    .isEqualTo(
                        Map.of("supported", List.of("2026-07-28"), "requested", "2027-01-01")))
        .satisfies(error -> assertThat(((Map<?, ?>) error).get("code")).isEqualTo(-32022L));
  }

  @Test
  void whatTheNewerEraNeedsOrHasGivenUpIsRefused() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));
    String withoutCapabilities =
        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";

    peer.request(1, "tools/list", withoutCapabilities);
    peer.request(2, "tools/call", "\"name\":\"echo\"," + withoutCapabilities);
    peer.request(3, "initialize", RawPeer.MODERN);
    peer.request(4, "ping", RawPeer.MODERN);
    peer.request(5, "server/discover", "");
    peer.request(6, "tools/list", RawPeer.MODERN.replace("\"2026-07-28\"", "7"));

    assertThat(peer.answersTo(1L, 2L, 3L, 4L, 5L, 6L))
        .extracting(ServerOverStreams::code)
        .containsExactly(-32602L, -32602L, -32601L, -32601L, -32602L, -32602L);
  }

  @Test
  void beforeInitializeOnlyPingIsAnswered() throws Exception {
    RawPeer peer = peerOf(McpServer.builder().tool(ECHO));

    peer.request(1, "tools/list", "");
    peer.call(2, "echo", "{}");

    peer.request(3, "ping", "");

    assertThat(peer.answersTo(1L, 2L, 3L))
        .extracting(ServerOverStreams::code)
        .containsExactly(-32600L, -32600L, null);
  }
}
