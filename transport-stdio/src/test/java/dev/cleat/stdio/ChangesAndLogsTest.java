// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.LogLevel;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ServedResource;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a server tells without being asked: changes, and log messages. */
class ChangesAndLogsTest extends ServerOverStreams {
  private static final class Changing implements ToolSet {
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    @Override
    public List<ServedTool> tools() {
      return List.of(ECHO, LOGS);
    }

    @Override
    public List<ServedResource> resources() {
      return List.of(
          Resource.at("test://a")
              .reads((r, c) -> List.of(ResourceContents.text(r.uri(), "a/b", ""))));
    }

    @Override
    public void onChange(ChangeListener listener) {
      listeners.add(listener);
    }

    void change(Catalog catalog) {
      listeners.forEach(listener -> listener.changed(catalog));
    }

    void update(String uri) {
      listeners.forEach(listener -> listener.updated(uri));
    }
  }

  private static final ServedTool LOGS =
      tool(
          "logs",
          (call, context) -> {
            context.log(LogLevel.DEBUG, "fine");
            context.log(LogLevel.WARNING, Map.of("disk", "full"));
            return ToolResult.text("done");
          });

  private final Changing changing = new Changing();

  private RawPeer peer() {
    return peerOf(McpServer.builder().tools(changing));
  }

  private static String listen(String filter) {
    return RawPeer.MODERN + ",\"notifications\":" + filter;
  }

  private static List<Object> methods(List<Map<String, Object>> messages) {
    return messages.stream().map(m -> m.get("method")).toList();
  }

  @Test
  void aClientOfTheOlderEraHearsOfListsAndOfWhatItSubscribedTo() throws Exception {
    RawPeer peer = peer().initialized();

    changing.update("test://a");
    changing.change(Catalog.TOOLS);
    peer.request(1, "resources/subscribe", "\"uri\":\"test://a\"");
    List<Map<String, Object>> first = peer.next(2);
    changing.change(Catalog.RESOURCES);
    changing.update("test://a");
    changing.update("test://b");
    List<Map<String, Object>> second = peer.next(2);
    peer.request(2, "resources/unsubscribe", "\"uri\":\"test://a\"");
    peer.answersTo(2L);
    changing.update("test://a");

    assertThat(methods(first)).contains("notifications/tools/list_changed");
    assertThat(methods(second))
        .containsExactly("notifications/resources/list_changed", "notifications/resources/updated");
    assertThat(at(second.get(1), "params", "uri")).isEqualTo("test://a");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void aClientOfTheNewerEraHearsOfWhatItListensTo() throws Exception {
    RawPeer peer = peer();

    changing.change(Catalog.TOOLS);
    peer.request(
        "l",
        "subscriptions/listen",
        listen(
            "{\"toolsListChanged\":true,\"promptsListChanged\":true,"
                + "\"resourceSubscriptions\":[\"test://a\"]}"));
    Map<String, Object> acknowledged = peer.next("notifications/subscriptions/acknowledged");
    changing.change(Catalog.RESOURCES);
    changing.change(Catalog.TOOLS);
    changing.update("test://b");
    changing.update("test://a");
    List<Map<String, Object>> heard = peer.next(2);

    assertThat(at(acknowledged, "params", "notifications"))
        .as("there are no prompts here")
        .isEqualTo(Map.of("toolsListChanged", true, "resourceSubscriptions", List.of("test://a")));
    assertThat(methods(heard))
        .containsExactly("notifications/tools/list_changed", "notifications/resources/updated");
    heard.add(acknowledged);
    assertThat(heard)
        .extracting(m -> at(m, "params", "_meta", "io.modelcontextprotocol/subscriptionId"))
        .containsOnly("l");
  }

  @Test
  void listeningEndsByCancellationAndWithTheServer() throws Exception {
    McpServer server = McpServer.builder().tools(changing).build();
    RawPeer peer = new RawPeer().servedBy(server);
    opened.add(peer);
    opened.add(server);

    peer.request(1, "subscriptions/listen", listen("{\"toolsListChanged\":true}"));
    peer.next("notifications/subscriptions/acknowledged");
    peer.cancel(1);
    peer.request(2, "subscriptions/listen", listen("{\"toolsListChanged\":true}"));
    peer.next("notifications/subscriptions/acknowledged");
    changing.change(Catalog.TOOLS);
    Map<String, Object> only = peer.next("notifications/tools/list_changed");
    server.close();
    Map<String, Object> cancelled = peer.next("notifications/cancelled");
    Map<String, Object> end = peer.next();

    assertThat(at(only, "params", "_meta", "io.modelcontextprotocol/subscriptionId")).isEqualTo(2L);
    assertThat(at(cancelled, "params", "requestId")).isEqualTo(2L);
    assertThat(end.get("id")).isEqualTo(2L);
    assertThat(at(end, "result", "_meta", "io.modelcontextprotocol/subscriptionId")).isEqualTo(2L);
  }

  @Test
  void logMessagesGoByTheLevelOfTheSession() throws Exception {
    RawPeer peer = peer().initialized();

    peer.call(1, "logs", "{}");
    List<Map<String, Object>> byDefault = peer.next(2);
    peer.request(2, "logging/setLevel", "\"level\":\"debug\"");
    peer.answersTo(2L);
    peer.call(3, "logs", "{}");
    List<Map<String, Object>> all = peer.next(3);
    peer.request(4, "logging/setLevel", "\"level\":\"error\"");
    peer.answersTo(4L);
    peer.call(5, "logs", "{}");

    assertThat(at(byDefault.get(0), "params", "level")).isEqualTo("warning");
    assertThat(at(byDefault.get(0), "params", "data")).isEqualTo(Map.of("disk", "full"));
    assertThat(at(all.get(0), "params", "level")).isEqualTo("debug");
    assertThat(peer.next().get("id")).isEqualTo(5L);
  }

  @Test
  void inTheNewerEraOnlyARequestThatAsksForThemGetsLogMessages() throws Exception {
    RawPeer peer = peer();
    String call = "\"name\":\"logs\",\"arguments\":{}," + RawPeer.MODERN;
    String level = "{\"io.modelcontextprotocol/logLevel\":\"warning\",";

    peer.request(1, "tools/call", call);
    Map<String, Object> silent = peer.next();
    peer.request(2, "tools/call", call.replace("_meta\":{", "_meta\":" + level));
    Map<String, Object> message = peer.next("notifications/message");

    assertThat(silent.get("id")).isEqualTo(1L);
    assertThat(at(message, "params", "level")).isEqualTo("warning");
    assertThat(peer.next().get("id")).isEqualTo(2L);
  }
}
