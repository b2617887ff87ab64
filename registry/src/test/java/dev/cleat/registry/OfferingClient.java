// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.PeerInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A client without a server that offers no tools, but all else, and notes what it is asked. */
final class OfferingClient implements McpClient {
  private final String name;
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  volatile List<Prompt> prompts = List.of();
  volatile List<Resource> resources = List.of();
  volatile List<ResourceTemplate> templates = List.of();
  volatile Set<String> readable = Set.of();
  volatile Runnable onList = () -> {};
  volatile Runnable onRead = () -> {};
  volatile Runnable onSubscribe = () -> {};
  volatile Runnable onRefused = () -> {};
  volatile Optional<McpException> refusesToTell = Optional.empty();
  final AtomicInteger lists = new AtomicInteger();
  final AtomicInteger usesAfterClose = new AtomicInteger();
  final Set<String> subscribed = ConcurrentHashMap.newKeySet();

  OfferingClient(String name) {
    this.name = name;
  }

  static Prompt prompt(String name, String... arguments) {
    return new Prompt(
        name,
        Optional.empty(),
        Optional.empty(),
        List.of(arguments).stream()
            .map(argument -> new Prompt.Argument(argument, Optional.empty(), false))
            .toList(),
        Map.of());
  }

  OfferingClient prompts(Prompt... now) {
    prompts = List.of(now);
    return this;
  }

  /** Lists these, and lets them be read. */
  OfferingClient resources(String... uris) {
    resources =
        List.of(uris).stream()
            .map(
                uri ->
                    new Resource(
                        uri,
                        name,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of()))
            .toList();
    readable = Set.copyOf(List.of(uris));
    return this;
  }

  /** Lists that template, and lets these be read. */
  OfferingClient template(String text, String... uris) {
    templates =
        List.of(
            new ResourceTemplate(
                text, name, Optional.empty(), Optional.empty(), Optional.empty(), Map.of()));
    readable = Set.copyOf(List.of(uris));
    return this;
  }

  void sayChanged(Catalog catalog) {
    listeners.forEach(listener -> listener.changed(catalog));
  }

  void sayUpdated(String uri) {
    listeners.forEach(listener -> listener.updated(uri));
  }

  void lose(String reason) {
    ended.complete(reason);
  }

  @Override
  public PeerInfo peer() {
    return new PeerInfo(name, "1", "", Optional.empty());
  }

  @Override
  public List<Tool> listTools() {
    return List.of();
  }

  @Override
  public ToolResult callTool(ToolCall call) {
    throw new McpException.NotFound(name + " has no tools.");
  }

  @Override
  public List<Prompt> listPrompts() {
    lists.incrementAndGet();
    List<Prompt> now = prompts;
    onList.run();
    return now;
  }

  @Override
  public PromptResult getPrompt(
      String prompt, Map<String, String> arguments, CallListener listener) {
    mustBeThere();
    return PromptResult.text(name + " " + prompt + " " + arguments);
  }

  @Override
  public List<Resource> listResources() {
    return resources;
  }

  @Override
  public List<ResourceTemplate> listResourceTemplates() {
    return templates;
  }

  @Override
  public List<ResourceContents> readResource(String uri, CallListener listener) {
    mustBeThere();
    onRead.run();
    if (!readable.contains(uri)) {
      throw new McpException.NotFound(name + " has no " + uri);
    }
    listener.progress(1, 1, "read by " + name);
    return List.of(ResourceContents.text(uri, "text/plain", name));
  }

  @Override
  public Completion complete(
      Completion.Reference of, String argument, String typed, Map<String, String> others) {
    return new Completion(
        List.of(name + " " + of + " " + argument + " " + typed + " " + others),
        Optional.of(7),
        true);
  }

  private void mustBeThere() {
    if (ended.isDone()) {
      throw new McpException.NotSent("It was not sent: " + ended.join());
    }
  }

  @Override
  public void subscribe(String resourceUri) {
    mustBeThere();
    if (refusesToTell.isPresent()) {
      onRefused.run();
      throw refusesToTell.get();
    }
    subscribed.add(resourceUri);
    onSubscribe.run();
  }

  @Override
  public void unsubscribe(String resourceUri) {
    if (closed) {
      usesAfterClose.incrementAndGet();
    }
    subscribed.remove(resourceUri);
    if (refusesToTell.isPresent()) {
      throw refusesToTell.get();
    }
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  @Override
  public CompletableFuture<String> ended() {
    return ended;
  }

  @Override
  public void close() {
    closed = true;
    ended.complete("it was closed");
  }
}
