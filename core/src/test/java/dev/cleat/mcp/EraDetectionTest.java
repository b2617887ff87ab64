// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a client remembers of the era of its servers, and what it does when that has changed. */
class EraDetectionTest extends ScriptedSessions {
  private final EraMemory eras = new EraMemory();

  private Future<McpClient> connecting() {
    return inBackground(() -> builder().remembers(eras, "it").connect());
  }

  private ScriptedPeer reopened(int count) throws Exception {
    while (true) {
      synchronized (this) {
        if (opened.size() >= count && opened.get(count - 1).isStarted()) {
          return opened.get(count - 1);
        }
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void whatWasFoundOutIsRemembered() throws Exception {
    modern(builder().remembers(eras, "new"), "{}");
    assertThat(eras.isStateless("new")).contains(true);
    server = new ScriptedPeer();
    opened.clear();
    legacy(builder().remembers(eras, "old"), "2025-06-18", "{}");
    assertThat(eras.isStateless("old")).contains(false);
    assertThat(eras.isStateless("unknown")).isEmpty();
  }

  @Test
  void aServerOfTheOlderEraIsInitialisedAtOnceTheNextTime() throws Exception {
    eras.remember("it", false);
    Future<McpClient> connecting = connecting();

    server.respond(server.request("initialize"), initialized("2025-11-25", "{}"));

    client = get(connecting);
    assertThat(client.peer().protocolVersion()).isEqualTo("2025-11-25");
  }

  @Test
  void aServerThatHasLeftTheOlderEraIsAskedAnew() throws Exception {
    eras.remember("it", false);
    Future<McpClient> connecting = connecting();

    server.refuse(server.request("initialize"), -32601, "gone", "");
    server.respond(server.request("server/discover"), discovered("{}"));

    client = get(connecting);
    assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
    assertThat(eras.isStateless("it")).contains(true);
  }

  @Test
  void aServerThatWentBackToTheOlderEraIsInitialised() throws Exception {
    eras.remember("it", true);
    Future<McpClient> connecting = connecting();

    server.refuse(server.request("server/discover"), -32601, "what?", "");
    server.respond(server.request("initialize"), initialized("2025-11-25", "{}"));

    client = get(connecting);
    assertThat(eras.isStateless("it")).contains(false);
  }

  @Test
  void aServerThatLeavesIsStartedAgain() throws Exception {
    Future<McpClient> connecting = connecting();
    ScriptedPeer first = reopened(1);
    first.request("server/discover");

    first.leave("it exited with 1");

    ScriptedPeer second = reopened(2);
    second.respond(second.request("initialize"), initialized("2024-11-05", "{}"));
    client = get(connecting);
    assertThat(client.peer().protocolVersion()).isEqualTo("2024-11-05");
  }

  @Test
  void aServerThatLeavesAgainIsNotConnectedAndNotRemembered() throws Exception {
    Future<McpClient> connecting = connecting();
    for (int i = 1; i <= 2; i++) {
      ScriptedPeer peer = reopened(i);
      peer.next();
      peer.leave("it exited with " + i);
    }

    assertThat(failureOf(connecting))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("it exited with 2");
    assertThat(eras.isStateless("it")).isEmpty();
  }
}
