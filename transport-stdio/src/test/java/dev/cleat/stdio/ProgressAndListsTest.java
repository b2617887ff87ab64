// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Access;
import dev.cleat.ChangeListener;
import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The progress that a server tells, and the tools that it lists. */
class ProgressAndListsTest extends ServerOverStreams {
  @Test
  void progressReachesTheOneWhoAskedForItAndRises() throws Exception {
    RawPeer peer =
        peerOf(
            tool(
                "work",
                (call, context) -> {
                  context.progress(1, 3, "one");
                  context.progress(1, 3, "again");
                  context.progress(2, 0, "");
                  return ToolResult.text("done");
                }));

    peer.call(1, "work", "{}");
    assertThat(textOf(peer.next())).isEqualTo("done");
    peer.request(2, "tools/call", "\"name\":\"work\",\"_meta\":{\"progressToken\":\"p\"}");

    assertThat(peer.next("notifications/progress").get("params"))
        .isEqualTo(
            Json.parse(
                "{\"progressToken\":\"p\",\"progress\":1.0,\"total\":3.0,\"message\":\"one\"}"));
    assertThat(peer.next("notifications/progress").get("params"))
        .isEqualTo(Json.parse("{\"progressToken\":\"p\",\"progress\":2.0}"));
    assertThat(textOf(peer.next())).isEqualTo("done");
  }

  @Test
  void thereIsNoProgressAfterTheAnswer() throws Exception {
    AtomicReference<RequestContext> kept = new AtomicReference<>();
    RawPeer peer =
        peerOf(
            tool(
                "work",
                (call, context) -> {
                  kept.set(context);
                  return ToolResult.text("done");
                }));

    peer.request(1, "tools/call", "\"name\":\"work\",\"_meta\":{\"progressToken\":\"p\"}");
    assertThat(textOf(peer.next())).isEqualTo("done");
    kept.get().progress(1, 2, "too late");

    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void toolsThatAreNotAllowedAreNotListedAndSayWhichSwitchTheyNeed() throws Exception {
    RawPeer peer =
        peerOf(McpServer.builder().tools(ToolSet.of(ECHO, DELETES)).access(Access.READ_ONLY))
            .initialized();

    peer.request(1, "tools/list", "");
    peer.call(2, "delete", "{}");

    List<Map<String, Object>> answers = peer.answersTo(1L, 2L);
    assertThat(at(answers.get(0), "result", "tools").toString())
        .contains("echo")
        .doesNotContain("delete");
    Map<String, Object> refused = answers.get(1);
    assertThat(kind(refused)).isEqualTo("not_allowed");
    assertThat(textOf(refused)).contains("--allow-destructive");
  }

  @Test
  void aLongListComesInPagesAndABadCursorIsRefused() throws Exception {
    ServedTool[] tools = new ServedTool[5];
    Arrays.setAll(tools, i -> tool("tool" + i, (call, context) -> ToolResult.text("")));
    RawPeer peer =
        peerOf(
                McpServer.builder().tools(ToolSet.of(tools)),
                Limits.builder().toolsPerPage(2).build())
            .initialized();

    List<Object> names = new ArrayList<>();
    Object cursor = null;
    int pages = 0;
    do {
      peer.request(1, "tools/list", cursor == null ? "" : "\"cursor\":" + Json.print(cursor));
      Map<String, Object> page = peer.next();
      ((List<?>) at(page, "result", "tools")).forEach(t -> names.add(((Map<?, ?>) t).get("name")));
      cursor = at(page, "result", "nextCursor");
      pages++;
    } while (cursor != null);
    for (String bad : List.of("\"\"", "\"dG9vbDk\"", "\"%%\"", "7", "null")) {
      peer.request(2, "tools/list", "\"cursor\":" + bad);
    }

    assertThat(names).containsExactly("tool0", "tool1", "tool2", "tool3", "tool4");
    assertThat(pages).isEqualTo(3);
    assertThat(peer.next(5)).allMatch(a -> code(a).equals(-32602L));
  }

  @Test
  void aChangeOfTheToolsIsToldToClientsOfTheOlderEraOnly() throws Exception {
    AtomicReference<ChangeListener> change = new AtomicReference<>();
    ToolSet changing =
        new ToolSet() {
          @Override
          public List<ServedTool> tools() {
            return List.of(ECHO);
          }

          @Override
          public void onChange(ChangeListener listener) {
            change.set(listener);
          }
        };
    RawPeer peer = peerOf(McpServer.builder().tools(changing));

    change.get().changed(ChangeListener.Catalog.TOOLS);
    assertThat(peer.untilFence()).isEmpty();
    peer.initialized();
    change.get().changed(ChangeListener.Catalog.TOOLS);

    peer.next("notifications/tools/list_changed");
    assertThat(peer.untilFence()).isEmpty();
  }
}
