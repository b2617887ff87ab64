// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Content;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.http.HttpTransportPeer.Call;
import dev.cleat.mcp.McpClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpTransportErasTest {
  private static McpClient connect(HttpTransportPeer peer) {
    HttpTransport transport = new HttpTransport();
    return McpClient.connect(
        () -> transport.open("peer", peer.definition(), Limits.defaults()), Limits.defaults());
  }

  private static String echo(McpClient client, String text) {
    ToolResult result = client.callTool(ToolCall.of("echo", Map.of("text", text)));
    return ((Content.Text) ((ToolResult.Success) result).content().get(0)).text();
  }

  @Test
  void speaksTheNewerEraWithItsHeaders() throws Exception {
    try (var peer = new HttpTransportPeer(HttpTransportServers.modern());
        McpClient client = connect(peer)) {
      assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
      assertThat(client.listTools()).hasSize(1);
      assertThat(echo(client, "héllo")).isEqualTo("héllo");

      Call call = peer.await(c -> c.is("tools/call"));
      assertThat(call.header("MCP-Protocol-Version")).isEqualTo("2026-07-28");
      assertThat(call.header("Mcp-Method")).isEqualTo("tools/call");
      assertThat(call.header("Mcp-Name")).isEqualTo("echo");
      assertThat(call.header("Accept")).isEqualTo("application/json, text/event-stream");
      assertThat(call.header("Content-Type")).isEqualTo("application/json");
      assertThat(call.header("Accept-Encoding")).isNull();
      assertThat(call.header("Mcp-Session-Id")).isNull();
    }
  }

  @Test
  void readsTheNewerEraFromEventStreams() throws Exception {
    try (var peer =
            new HttpTransportPeer(
                HttpTransportServers.modern(
                    call ->
                        call.stream()
                            .write(":\r\n\r\n")
                            .event(call.answer(HttpTransportServers.echoed(call)))));
        McpClient client = connect(peer)) {
      assertThat(echo(client, "a")).isEqualTo("a");
      assertThat(echo(client, "b")).isEqualTo("b");
    }
  }

  @Test
  void fallsBackToASessionAndEndsIt() throws Exception {
    try (var peer = new HttpTransportPeer(HttpTransportServers.older(true))) {
      try (McpClient client = connect(peer)) {
        assertThat(client.peer().protocolVersion()).isEqualTo("2025-11-25");
        assertThat(client.listTools()).hasSize(1);
        assertThat(echo(client, "a")).isEqualTo("a");
      }

      Call call = peer.await(c -> c.is("tools/call"));
      assertThat(call.header("Mcp-Session-Id")).isEqualTo(HttpTransportServers.SESSION);
      assertThat(call.header("MCP-Protocol-Version")).isEqualTo("2025-11-25");
      assertThat(call.header("Mcp-Method")).isNull();
      Call end = peer.await(c -> c.verb.equals("DELETE"));
      assertThat(end.header("Mcp-Session-Id")).isEqualTo(HttpTransportServers.SESSION);
    }
  }

  @Test
  void readsASessionFromEventStreams() throws Exception {
    try (var peer = new HttpTransportPeer(HttpTransportServers.olderInStreams());
        McpClient client = connect(peer)) {
      assertThat(echo(client, "a\nb")).isEqualTo("a\nb");
    }
  }

  @Test
  void speaksToAServerWithoutSessions() throws Exception {
    try (var peer = new HttpTransportPeer(HttpTransportServers.older(false))) {
      try (McpClient client = connect(peer)) {
        assertThat(echo(client, "a")).isEqualTo("a");
      }

      assertThat(peer.calls()).noneMatch(call -> call.verb.equals("DELETE"));
    }
  }

  @Test
  void speaksTheOldestRevision() throws Exception {
    try (var peer = new HttpTransportPeer(HttpTransportServers.oldest("/messages?id=1"))) {
      try (McpClient client = connect(peer)) {
        assertThat(client.peer().protocolVersion()).isEqualTo("2024-11-05");
        assertThat(client.listTools()).hasSize(1);
        assertThat(echo(client, "a")).isEqualTo("a");
        assertThatThrownBy(() -> echo(client, "end"))
            .isInstanceOf(McpException.OutcomeUnknown.class)
            .hasMessageContaining("ended its event stream");
        assertThat(client.ended().get()).contains("ended its event stream");
      }

      assertThat(peer.calls())
          .filteredOn(call -> call.is("tools/call"))
          .allMatch(call -> call.path.equals("/messages"));
    }
  }

  @Test
  void sendsNothingToAnotherOriginThatAnOldServerNames() throws Exception {
    try (var other = new HttpTransportPeer(call -> call.status(202));
        var peer = new HttpTransportPeer(HttpTransportServers.oldest(other.url()))) {
      assertThatThrownBy(() -> connect(peer)).isInstanceOf(McpException.ConnectFailed.class);

      assertThat(other.calls()).isEmpty();
    }
  }

  @Test
  void saysInitializedBeforeAnythingElse() throws Exception {
    try (var peer = new HttpTransportPeer(HttpTransportServers.older(true));
        McpClient client = connect(peer)) {
      client.listTools();

      List<String> methods =
          peer.calls().stream().filter(c -> c.verb.equals("POST")).map(Call::method).toList();
      assertThat(methods)
          .containsExactly(
              "server/discover", "initialize", "notifications/initialized", "tools/list");
    }
  }

  @Test
  void repeatsTheConfiguredHeadersAndNoCookie() throws Exception {
    HttpTransport transport = new HttpTransport();
    try (var peer =
        new HttpTransportPeer(
            call -> {
              call.set("Set-Cookie", "a=b");
              HttpTransportServers.older(true).play(call);
            })) {
      var definition =
          dev.cleat.spi.ClientDefinition.builder()
              .url(java.net.URI.create(peer.url()))
              .putHeaders("Authorization", "Bearer x")
              .build();
      McpClient.connect(
              () -> transport.open("peer", definition, Limits.defaults()), Limits.defaults())
          .close();

      peer.await(call -> call.verb.equals("DELETE"));
      assertThat(peer.calls()).allMatch(call -> "Bearer x".equals(call.header("Authorization")));
      assertThat(peer.calls()).allMatch(call -> call.header("Cookie") == null);
    }
  }
}
