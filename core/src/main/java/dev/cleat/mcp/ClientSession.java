// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completion;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The client's side of one connection. */
final class ClientSession implements McpClient {
  private final Connection connection;
  private final Limits limits;
  private final ChangeListeners listeners = new ChangeListeners();
  private final ClientRequests requests;
  private final Listening listening;
  private final ClientReceiver receiver;

  private ClientSession(Connection connection, McpClientBuilder settings) {
    this.connection = connection;
    limits = settings.limits;
    PendingRequests pending = new PendingRequests(connection);
    ClientCalls calls = new ClientCalls(settings.features);
    ServerQuestions questions = new ServerQuestions(connection, pending, calls);
    requests = new ClientRequests(pending, calls, questions, settings);
    listening =
        new Listening(pending, requests::agreement, requests::meta, listeners, settings.later);
    receiver = new ClientReceiver(pending, calls, questions, requests, listening, listeners);
  }

  /** Opens a connection, over which nothing is agreed yet. */
  static ClientSession open(McpClientBuilder settings) {
    ClientSession session = new ClientSession(settings.connections.get(), settings);
    session.connection.start(session.receiver);
    return session;
  }

  void agreed(Agreement agreement) {
    requests.agreed(agreement);
  }

  ClientRequests requests() {
    return requests;
  }

  private Agreement agreement() {
    return requests.agreement();
  }

  @Override
  public PeerInfo peer() {
    return agreement().peer();
  }

  @Override
  public List<Tool> listTools() {
    try {
      return list(Wire.TOOLS_LIST, "tools", ToolJson::readTool);
    } catch (McpException.Protocol e) {
      // Asked even if it declares none, because older servers forget to.
      if (e.code() == Protocol.METHOD_NOT_FOUND && !agreement().declares("tools")) {
        return List.of();
      }
      throw e;
    }
  }

  @Override
  public List<Prompt> listPrompts() {
    return agreement().declares("prompts")
        ? list(Wire.PROMPTS_LIST, "prompts", PromptJson::readPrompt)
        : List.of();
  }

  @Override
  public List<Resource> listResources() {
    return agreement().declares("resources")
        ? list(Wire.RESOURCES_LIST, "resources", ResourceJson::readResource)
        : List.of();
  }

  @Override
  public List<ResourceTemplate> listResourceTemplates() {
    return agreement().declares("resources")
        ? list(Wire.TEMPLATES_LIST, "resourceTemplates", ResourceJson::readTemplate)
        : List.of();
  }

  private <T> List<T> list(String method, String field, Function<Object, Optional<T>> read) {
    return new Pages(requests, limits).all(method, field, read);
  }

  @Override
  public ToolResult callTool(ToolCall call) {
    try {
      return ToolJson.readResult(call(call));
    } catch (ToolFailure failure) {
      return failure.toResult();
    }
  }

  private Map<String, Object> call(ToolCall call) {
    try {
      return callOnce(call);
    } catch (McpException.Protocol refused) {
      if (!requests.wantsNewList(refused)) {
        throw refused;
      }
      // It was not executed: the tool's schema, which the headers follow, is another one by now.
      listAgain();
      return callOnce(call);
    }
  }

  /** The list brings the tools as they are now to the transport. */
  private void listAgain() {
    var unused = listTools();
  }

  private Map<String, Object> callOnce(ToolCall call) {
    return requests.converse(
        Protocol.TOOLS_CALL + " " + call.tool(),
        Protocol.TOOLS_CALL,
        ClientRequests.callOf(call),
        call.meta(),
        call.listener(),
        limitOf(call));
  }

  private Duration limitOf(ToolCall call) {
    return call.timeout().orElse(limits.callTimeout());
  }

  @Override
  public CompletableFuture<ToolResult> callToolAsync(ToolCall call) {
    return new AsyncCall(requests, call, limitOf(call), this::listAgain).begin();
  }

  @Override
  public void ping(Duration limit) {
    try {
      if (agreement().isStateless()) {
        var unused = requests.plain(Wire.DISCOVER, Map.of(), limit);
      } else {
        var unused = requests.plain(Wire.PING, Map.of(), limit);
      }
    } catch (McpException.Protocol refused) {
      // An answer too, unless it comes from what lies before the server.
      if (refused.code() == Protocol.TRANSPORT_REFUSED) {
        throw refused;
      }
    }
  }

  @Override
  public PromptResult getPrompt(String name, Map<String, String> arguments, CallListener listener) {
    Map<String, Object> params = Wire.object("name", name);
    if (!arguments.isEmpty()) {
      params.put("arguments", new LinkedHashMap<String, Object>(arguments));
    }
    return PromptJson.readResult(ask(Wire.PROMPTS_GET, name, params, listener));
  }

  @Override
  public List<ResourceContents> readResource(String uri, CallListener listener) {
    Map<String, Object> result;
    try {
      result = ask(Wire.RESOURCES_READ, uri, Wire.object("uri", uri), listener);
    } catch (McpException.Protocol refused) {
      throw isNotFound(refused)
          ? new McpException.NotFound(String.valueOf(refused.getMessage()))
          : refused;
    }
    List<ResourceContents> contents = new ArrayList<>();
    for (Object entry : Wire.list(result.get("contents"))) {
      ResourceJson.readContents(entry).ifPresent(contents::add);
    }
    return List.copyOf(contents);
  }

  /** Asks for something whose failures, unlike those of a tool, are refusals. */
  private Map<String, Object> ask(
      String method, String name, Map<String, Object> params, CallListener listener) {
    try {
      return requests.converse(
          method + " " + name, method, params, Map.of(), listener, limits.callTimeout());
    } catch (ToolFailure failure) {
      throw new McpException.Protocol(
          Protocol.INTERNAL_ERROR,
          String.valueOf(failure.getMessage()),
          Optional.of(Map.of("kind", failure.kind().wireName(), "hint", failure.hint())));
    }
  }

  /** The newer era has no code of its own for it, and tells it by the URI. */
  private static boolean isNotFound(McpException.Protocol refused) {
    return refused.code() == Wire.RESOURCE_NOT_FOUND
        || (refused.code() == Protocol.INVALID_PARAMS
            && Wire.object(refused.data().orElse(null))
                .filter(data -> data.containsKey("uri"))
                .isPresent());
  }

  @Override
  public Completion complete(
      Completion.Reference of, String argument, String typed, Map<String, String> others) {
    if (!agreement().declares("completions")) {
      return Completion.NONE;
    }
    Map<String, Object> params = Wire.object("ref", PromptJson.write(of));
    Map<String, Object> asked = Wire.object("name", argument);
    asked.put("value", typed);
    params.put("argument", asked);
    if (!others.isEmpty()
        && ProtocolVersion.atLeast(peer().protocolVersion(), ProtocolVersion.STRUCTURED)) {
      params.put("context", Wire.object("arguments", new LinkedHashMap<>(others)));
    }
    return PromptJson.readCompletion(requests.plain(Wire.COMPLETE, params, limits.callTimeout()));
  }

  @Override
  public void subscribe(String resourceUri) {
    if (!agreement().declares("resources", "subscribe")) {
      throw new McpException.Protocol(
          Protocol.METHOD_NOT_FOUND,
          peer().name() + " does not tell when a resource changes.",
          Optional.empty());
    }
    if (!agreement().isStateless()) {
      var unused =
          requests.plain(
              Wire.RESOURCES_SUBSCRIBE, Wire.object("uri", resourceUri), limits.callTimeout());
      return;
    }
    try {
      await(listening.subscribe(resourceUri), "the subscription to " + resourceUri);
    } catch (McpException e) {
      listening.unsubscribe(resourceUri);
      throw e;
    }
  }

  private void await(CompletableFuture<Void> acknowledged, String what) {
    try {
      acknowledged.get(limits.callTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new McpException.TimedOut(what, limits.callTimeout(), true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled(what, true);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof McpException trouble
          ? trouble
          : new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void unsubscribe(String resourceUri) {
    if (agreement().isStateless()) {
      listening.unsubscribe(resourceUri);
    } else if (agreement().declares("resources", "subscribe")) {
      var unused =
          requests.plain(
              Wire.RESOURCES_UNSUBSCRIBE, Wire.object("uri", resourceUri), limits.callTimeout());
    }
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
    if (agreement().isStateless()) {
      listening.begin();
    }
  }

  @Override
  public CompletableFuture<String> ended() {
    return receiver.ended();
  }

  @Override
  public void close() {
    connection.close();
    receiver.ended("it was closed");
  }
}
