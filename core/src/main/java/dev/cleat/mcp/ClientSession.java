// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.FailureKind;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The client's side of one connection, once it is agreed which era is spoken. */
final class ClientSession implements McpClient, Connection.Receiver {
  private static final Logger LOG = System.getLogger(ClientSession.class.getName());

  private final Connection connection;
  private final Limits limits;
  private final PendingRequests pending;
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final List<Runnable> toolsChanged = new CopyOnWriteArrayList<>();
  private final Map<Long, RisingProgress> progressing = new ConcurrentHashMap<>();
  private final AtomicLong malformed = new AtomicLong();

  // Set once by connect, before anybody else sees this object.
  private PeerInfo peer = new PeerInfo("", "", "", Optional.empty());
  private boolean stateless;

  private ClientSession(Connection connection, Limits limits) {
    this.connection = connection;
    this.limits = limits;
    pending = new PendingRequests(connection);
  }

  static McpClient connect(Supplier<Connection> connections, Limits limits) {
    long deadline = System.nanoTime() + limits.connectTimeout().toNanos();
    ClientSession probing = open(connections, limits);
    try {
      if (probing.discover(deadline)) {
        return probing;
      }
      if (probing.initializeIfStillThere(deadline)) {
        return probing;
      }
    } catch (McpException e) {
      McpException failure = failed(probing, e);
      probing.close();
      throw failure;
    } catch (RuntimeException | Error e) {
      probing.close();
      throw e;
    }
    // It left over a question of the newer era, as a server of the older one may: start it again.
    probing.close();
    ClientSession session = open(connections, limits);
    try {
      session.initialize(deadline);
      return session;
    } catch (McpException e) {
      McpException failure = failed(session, e);
      session.close();
      throw failure;
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  private static ClientSession open(Supplier<Connection> connections, Limits limits) {
    Connection connection = connections.get();
    ClientSession session = new ClientSession(connection, limits);
    connection.start(session);
    return session;
  }

  private static McpException failed(ClientSession session, McpException cause) {
    if (cause instanceof McpException.Cancelled || cause instanceof McpException.ConnectFailed) {
      return cause;
    }
    String reason = session.ended.getNow("");
    return new McpException.ConnectFailed(
        "The server did not complete the handshake: "
            + (reason.isEmpty() ? cause.getMessage() : reason),
        cause);
  }

  /** Asks in the newer era; false when the server does not speak it. */
  private boolean discover(long deadline) {
    Duration limit = min(limits.eraProbeTimeout(), left(deadline));
    try {
      Map<String, Object> discovered;
      try {
        discovered = request(Wire.DISCOVER, ProtocolVersion.STATELESS, limit);
      } catch (McpException.Protocol refused) {
        if (!speaksStatelessAfterAll(refused)) {
          return false;
        }
        discovered = request(Wire.DISCOVER, ProtocolVersion.STATELESS, limit);
      }
      adopt(discovered);
      return true;
    } catch (McpException.Protocol refused) {
      return false;
    } catch (McpException.TimedOut | McpException.OutcomeUnknown | McpException.NotSent silent) {
      return false;
    }
  }

  /**
   * A server may refuse a revision and in the same breath say that it speaks it: worth one retry.
   */
  private static boolean speaksStatelessAfterAll(McpException.Protocol refused) {
    return refused.code() == Wire.UNSUPPORTED_VERSION
        && ToolJson.object(refused.data().orElse(null))
            .map(data -> data.get("supported"))
            .filter(s -> s instanceof List<?> all && all.contains(ProtocolVersion.STATELESS))
            .isPresent();
  }

  private void adopt(Map<String, Object> discovered) {
    List<?> supported =
        discovered.get("supportedVersions") instanceof List<?> versions ? versions : List.of();
    if (!supported.contains(ProtocolVersion.STATELESS)) {
      throw new McpException.Protocol(
          Wire.UNSUPPORTED_VERSION, "The server has no revision in common.", Optional.empty());
    }
    stateless = true;
    Map<String, Object> meta = ToolJson.object(discovered.get(Wire.META)).orElse(Map.of());
    peer =
        peerInfo(
            ToolJson.object(meta.get(Wire.META_SERVER_INFO)),
            ProtocolVersion.STATELESS,
            ToolJson.text(discovered.get("instructions")));
  }

  /** False when the server left before or over it. */
  private boolean initializeIfStillThere(long deadline) {
    if (pending.hasEnded()) {
      return false;
    }
    try {
      initialize(deadline);
      return true;
    } catch (McpException.NotSent | McpException.OutcomeUnknown left) {
      return false;
    }
  }

  private void initialize(long deadline) {
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("protocolVersion", ProtocolVersion.NEWEST_WITH_HANDSHAKE);
    params.put("capabilities", Map.of());
    params.put("clientInfo", clientInfo());
    Map<String, Object> result =
        pending.call(
            pending.newId(), Wire.INITIALIZE, Wire.INITIALIZE, params, left(deadline), false);
    String revision = ToolJson.text(result.get("protocolVersion")).orElse("");
    if (!ProtocolVersion.WITH_HANDSHAKE.contains(revision)) {
      throw new McpException.ConnectFailed(
          "The server wants MCP revision \""
              + dev.cleat.Text.shown(revision)
              + "\". Spoken here are "
              + String.join(", ", ProtocolVersion.WITH_HANDSHAKE)
              + ".",
          null);
    }
    connection.send(new Message.Notification(Wire.INITIALIZED, Map.of()));
    peer =
        peerInfo(
            ToolJson.object(result.get("serverInfo")),
            revision,
            ToolJson.text(result.get("instructions")));
  }

  @Override
  public PeerInfo peer() {
    return peer;
  }

  @Override
  public List<Tool> listTools() {
    List<Tool> tools = new ArrayList<>();
    Map<String, Object> params = new LinkedHashMap<>();
    while (true) {
      Map<String, Object> page =
          call(Wire.TOOLS_LIST, Wire.TOOLS_LIST, params, limits.connectTimeout());
      List<?> entries = page.get("tools") instanceof List<?> list ? list : List.of();
      for (Object entry : entries) {
        ToolJson.readTool(entry)
            .ifPresentOrElse(
                tools::add,
                () -> LOG.log(Level.WARNING, () -> peer.name() + " lists a tool that is none"));
      }
      Object cursor = page.get("nextCursor");
      // An empty page, or more tools than anybody can mean, is a server that pages in circles.
      if (!(cursor instanceof String) || entries.isEmpty()) {
        return List.copyOf(tools);
      }
      if (tools.size() > limits.maxTools()) {
        throw new McpException.TooLarge(
            peer.name()
                + " lists more than "
                + limits.maxTools()
                + " tools. If it has so many, raise Limits.maxTools.");
      }
      params.put("cursor", cursor);
    }
  }

  @Override
  public ToolResult callTool(ToolCall call) {
    Duration limit = call.timeout().orElse(limits.callTimeout());
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("name", call.tool());
    params.put("arguments", call.arguments());
    Map<String, Object> meta = meta(call.meta());
    long id = pending.newId();
    if (call.listener().wantsProgress()) {
      meta.put(Wire.PROGRESS_TOKEN, id);
      progressing.put(id, new RisingProgress(call.listener()));
    }
    if (!meta.isEmpty()) {
      params.put(Wire.META, meta);
    }
    try {
      Map<String, Object> result =
          pending.call(id, "tools/call " + call.tool(), Wire.TOOLS_CALL, params, limit, true);
      Object type = Objects.requireNonNullElse(result.get("resultType"), "complete");
      if (!type.equals("complete")) {
        return ToolResult.failure(
            FailureKind.UPSTREAM,
            call.tool()
                + " answered with \""
                + dev.cleat.Text.shown(type.toString())
                + "\" and no result.",
            "This client has not offered what the server would need for more.");
      }
      return ToolJson.readResult(result);
    } finally {
      progressing.remove(id);
    }
  }

  @Override
  public void onToolsChanged(Runnable listener) {
    toolsChanged.add(listener);
  }

  @Override
  public CompletableFuture<String> ended() {
    return ended;
  }

  @Override
  public void close() {
    connection.close();
    ended("it was closed");
  }

  @Override
  public @Nullable Runnable received(Message message) {
    if (message instanceof Message.Response response) {
      pending.answered(response.id(), response);
    } else if (message instanceof Message.ErrorResponse error) {
      pending.answered(PendingRequests.idOf(error.id()), error);
    } else if (message instanceof Message.Request request) {
      return () -> answer(request);
    } else if (message instanceof Message.Notification notification) {
      try {
        notified(notification);
      } catch (RuntimeException fault) {
        LOG.log(Level.WARNING, () -> "A listener to " + notification.method() + " failed", fault);
      }
    }
    return null;
  }

  @Override
  public void malformed(Message.ErrorResponse deserved) {
    // A client answers no junk: it skips it. Servers print the strangest things.
    if (malformed.incrementAndGet() == 1) {
      LOG.log(
          Level.WARNING,
          () -> peer.name() + " sent something that is no message: " + deserved.message());
    }
  }

  @Override
  public void lost(Object requestId, boolean sent, String reason) {
    pending.lost(requestId, sent, reason);
  }

  @Override
  public void ended(String reason) {
    pending.end(reason);
    ended.complete(reason);
  }

  private void answer(Message.Request request) {
    try {
      if (request.method().equals(Wire.PING)) {
        connection.send(new Message.Response(request.id(), Map.of()));
      } else {
        connection.send(
            new Message.ErrorResponse(
                Optional.of(request.id()),
                Wire.METHOD_NOT_FOUND,
                "This client has not declared what "
                    + dev.cleat.Text.shown(request.method())
                    + " needs.",
                Optional.empty()));
      }
    } catch (McpException.NotSent gone) {
      // The server has left; it waits for nothing any more.
    }
  }

  private void notified(Message.Notification notification) {
    Map<String, Object> params = notification.params();
    if (notification.method().equals(Wire.TOOLS_CHANGED)) {
      toolsChanged.forEach(Runnable::run);
    } else if (notification.method().equals(Wire.PROGRESS)) {
      RisingProgress progress =
          params.get(Wire.PROGRESS_TOKEN) instanceof Long token ? progressing.get(token) : null;
      if (progress != null && params.get("progress") instanceof Number done) {
        double total = params.get("total") instanceof Number number ? number.doubleValue() : 0;
        progress.report(done.doubleValue(), total, ToolJson.text(params.get("message")).orElse(""));
      }
    }
  }

  private Map<String, Object> request(String method, String revision, Duration limit) {
    stateless = ProtocolVersion.atLeast(revision, ProtocolVersion.STATELESS);
    try {
      Map<String, Object> params = new LinkedHashMap<>();
      params.put(Wire.META, meta(Map.of()));
      return pending.call(pending.newId(), method, method, params, limit, false);
    } finally {
      stateless = false;
    }
  }

  private Map<String, Object> call(
      String what, String method, Map<String, Object> params, Duration limit) {
    Map<String, Object> meta = meta(Map.of());
    if (!meta.isEmpty()) {
      params.put(Wire.META, meta);
    }
    return pending.call(pending.newId(), what, method, params, limit, true);
  }

  /** What goes into {@code _meta}: in the newer era every request says who asks, and how. */
  private Map<String, Object> meta(Map<String, Object> given) {
    Map<String, Object> meta = new LinkedHashMap<>(given);
    if (stateless) {
      meta.put(Wire.META_VERSION, ProtocolVersion.STATELESS);
      meta.put(Wire.META_CLIENT_CAPABILITIES, Map.of());
      meta.put(Wire.META_CLIENT_INFO, clientInfo());
    }
    return meta;
  }

  private static Map<String, Object> clientInfo() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("name", "cleat");
    info.put("version", Version.CURRENT);
    return info;
  }

  private static PeerInfo peerInfo(
      Optional<Map<String, Object>> info, String revision, Optional<String> instructions) {
    return new PeerInfo(
        info.flatMap(i -> ToolJson.text(i.get("name"))).orElse("(unnamed)"),
        info.flatMap(i -> ToolJson.text(i.get("version"))).orElse(""),
        revision,
        instructions);
  }

  private static Duration left(long deadlineNanos) {
    return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
