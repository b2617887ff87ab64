// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Access;
import dev.cleat.ChangeListener;
import dev.cleat.Namespace;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolBuilder;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.Era;
import dev.cleat.testkit.TestClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A set whose tools a test changes, to be put behind a search. */
final class ManySet implements ToolSet {
  final List<ServedTool> tools = new CopyOnWriteArrayList<>();
  final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  /** Names of those that are listed without a search. */
  final List<String> always = new CopyOnWriteArrayList<>();

  /** Resources somebody wants to hear of. */
  final List<String> subscribed = new CopyOnWriteArrayList<>();

  volatile boolean closed;

  void add(ToolBuilder tool, ToolHandler handler) {
    tools.add(tool.handles(Schema.anyObject(), handler));
  }

  void add(String name, ToolHandler handler) {
    add(Tool.named(name).says("Does " + name + ".").readOnly(), handler);
  }

  /** Adds a tool that answers with its name. */
  void add(Tool tool) {
    tools.add(new ServedTool(tool, (call, context) -> ToolResult.text(tool.name())));
  }

  /** This set behind a search. */
  SearchToolSet searched(Access access) {
    return new SearchToolSet(this, access, this::search, this::listed);
  }

  private ToolSearch search() {
    List<Tool> all = tools.stream().map(ServedTool::tool).toList();
    return ToolSearch.over(List.of(ManyTools.source(Namespace.of("many"), 1, all)));
  }

  private List<ServedTool> listed() {
    return tools.stream().filter(tool -> always.contains(tool.name())).toList();
  }

  /** A client of a server with this set behind a search. */
  TestClient client(Era era) {
    return client(era, Access.DESTRUCTIVE);
  }

  TestClient client(Era era, Access access) {
    return TestClient.inProcess(
        McpServer.builder().access(access).tools(searched(access)).build(), era);
  }

  /** The arguments of {@code call_tool}. */
  static Map<String, Object> calling(String name, Map<String, ?> arguments) {
    return Map.of("name", name, "arguments", arguments);
  }

  @Override
  public List<ServedTool> tools() {
    return tools;
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  @Override
  public List<Readiness> readiness() {
    return List.of(new Readiness("many", true, ""));
  }

  @Override
  public CompletableFuture<Void> subscribe(String resourceUri) {
    subscribed.add(resourceUri);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void unsubscribe(String resourceUri) {
    subscribed.remove(resourceUri);
  }

  @Override
  public void close() {
    closed = true;
  }
}
