// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.AsyncToolHandler;
import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completion;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Uses tools, prompts and resources of this process, in the caller's thread. */
final class LocalClient implements McpClient {
  private final PeerInfo peer;
  private final ToolSet tools;
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final Set<String> subscribed = ConcurrentHashMap.newKeySet();

  LocalClient(String name, ToolSet tools) {
    peer = new PeerInfo(name, "", "", Optional.empty());
    this.tools = tools;
  }

  @Override
  public PeerInfo peer() {
    return peer;
  }

  @Override
  public List<Tool> listTools() {
    return tools.tools().stream().map(ServedTool::tool).toList();
  }

  @Override
  public ToolResult callTool(ToolCall call) {
    return Invocation.run(
        tool(call.tool()), call, new LocalContext(call.listener(), call.timeout()));
  }

  @Override
  public CompletableFuture<ToolResult> callToolAsync(ToolCall call) {
    ServedTool tool;
    try {
      tool = tool(call.tool());
    } catch (McpException notThere) {
      return CompletableFuture.failedFuture(notThere);
    }
    return tool.handler() instanceof AsyncToolHandler async
        ? begin(tool, async, call)
        : McpClient.super.callToolAsync(call);
  }

  private static CompletableFuture<ToolResult> begin(
      ServedTool tool, AsyncToolHandler handler, ToolCall call) {
    CompletableFuture<ToolResult> outcome = new CompletableFuture<>();
    LocalContext context = new LocalContext(call.listener(), call.timeout(), outcome::isCancelled);
    CompletableFuture<ToolResult> running = Invocation.begin(handler, call, context);
    var unused =
        running.whenComplete(
            (result, failure) -> {
              try {
                outcome.complete(Invocation.ended(tool, result, failure, context));
              } catch (RuntimeException passedOn) {
                outcome.completeExceptionally(passedOn);
              }
            });
    cancelsWhenDone(outcome, running);
    return outcome;
  }

  /**
   * What is done earlier than that which runs for it has a caller who does not want it any more.
   */
  private static void cancelsWhenDone(CompletableFuture<?> outcome, CompletableFuture<?> running) {
    var unused = outcome.whenComplete((result, failure) -> running.cancel(true));
  }

  private ServedTool tool(String name) {
    mustBeOpen();
    return tools
        .find(name)
        .orElseThrow(() -> new McpException.NotFound(peer.name() + " has no tool " + name + "."));
  }

  @Override
  public List<Prompt> listPrompts() {
    return tools.prompts().stream().map(ServedPrompt::prompt).toList();
  }

  @Override
  public PromptResult getPrompt(String name, Map<String, String> arguments, CallListener listener) {
    mustBeOpen();
    ServedPrompt prompt =
        Lookup.prompt(List.of(tools), name)
            .orElseThrow(
                () ->
                    new McpException.NotFound(
                        peer.name() + " has no prompt " + Text.shown(name) + "."));
    LocalContext context = new LocalContext(listener, Optional.empty());
    return Invocation.refusing(
        "The prompt " + name,
        context,
        () -> Lookup.prompt(prompt, new LinkedHashMap<>(arguments), context));
  }

  @Override
  public List<Resource> listResources() {
    return tools.resources().stream().map(ServedResource::resource).toList();
  }

  @Override
  public List<ResourceTemplate> listResourceTemplates() {
    return tools.templates().stream().map(ServedTemplate::template).toList();
  }

  @Override
  public List<ResourceContents> readResource(String uri, CallListener listener) {
    mustBeOpen();
    Lookup.Found found = Lookup.resource(List.of(tools), uri).orElseThrow(() -> noResource(uri));
    LocalContext context = new LocalContext(listener, Optional.empty());
    return Invocation.refusing(
        "The resource " + Text.shown(uri),
        context,
        () -> found.handler().read(found.request(), context));
  }

  private McpException.NotFound noResource(String uri) {
    return new McpException.NotFound(peer.name() + " has no resource " + Text.shown(uri) + ".");
  }

  @Override
  public Completion complete(
      Completion.Reference of, String argument, String typed, Map<String, String> others) {
    mustBeOpen();
    return Invocation.refusing(
        "The completion of " + Text.shown(argument),
        new LocalContext(CallListener.NONE, Optional.empty()),
        () -> Lookup.complete(List.of(tools), of, argument, typed, others));
  }

  @Override
  public void subscribe(String resourceUri) {
    if (subscribed.add(resourceUri)) {
      try {
        tools.subscribe(resourceUri).join();
      } catch (CompletionException e) {
        subscribed.remove(resourceUri);
        throw e.getCause() instanceof McpException trouble ? trouble : e;
      }
    }
  }

  @Override
  public void unsubscribe(String resourceUri) {
    if (subscribed.remove(resourceUri)) {
      tools.unsubscribe(resourceUri);
    }
  }

  @Override
  public void onChange(ChangeListener listener) {
    tools.onChange(
        new ChangeListener() {
          @Override
          public void changed(Catalog catalog) {
            listener.changed(catalog);
          }

          @Override
          public void updated(String resourceUri) {
            if (subscribed.contains(resourceUri)) {
              listener.updated(resourceUri);
            }
          }
        });
  }

  @Override
  public List<Readiness> readiness() {
    return ended.isDone() ? McpClient.super.readiness() : tools.readiness();
  }

  @Override
  public CompletableFuture<String> ended() {
    return ended;
  }

  @Override
  public void close() {
    if (ended.complete("it was closed")) {
      tools.close();
    }
  }

  private void mustBeOpen() {
    if (ended.isDone()) {
      throw new McpException.Closed("The client of " + peer.name() + " is closed.");
    }
  }
}
