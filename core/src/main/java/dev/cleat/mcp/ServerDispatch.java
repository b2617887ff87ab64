// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.McpException;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers the requests of one connection that are not calls, and reads those that are. Knows both
 * eras: a request with a revision in its {@code _meta} is of the stateless one, whatever came
 * before.
 *
 * <p>Thread-safe; the only state is what {@code initialize} agreed on.
 */
final class ServerDispatch {
  private final ServerSettings settings;

  /** What {@code initialize} agreed on. */
  private record Handshake(String revision, Map<String, Object> clientCapabilities) {}

  private volatile Optional<Handshake> handshake = Optional.empty();

  ServerDispatch(ServerSettings settings) {
    this.settings = settings;
  }

  /** Whether the client has initialised a session of the older era. */
  boolean hasHandshake() {
    return handshake.isPresent();
  }

  boolean clientCanElicit() {
    return handshake
        .filter(h -> ProtocolVersion.atLeast(h.revision(), ProtocolVersion.ELICITING))
        .filter(h -> canElicit(h.clientCapabilities()))
        .isPresent();
  }

  /** Whether such a client shows forms; one that says nothing closer of elicitation does. */
  static boolean canElicit(Map<String, Object> clientCapabilities) {
    return ToolJson.object(clientCapabilities.get("elicitation"))
        .filter(modes -> modes.isEmpty() || modes.containsKey("form"))
        .isPresent();
  }

  /** Answers anything but a call. */
  Map<String, Object> answer(Message.Request request) {
    Map<String, Object> meta = ToolJson.object(request.params().get(Wire.META)).orElse(Map.of());
    if (meta.containsKey(Wire.META_VERSION)) {
      checkStateless(meta);
      return answerStateless(request);
    }
    switch (request.method()) {
      case Wire.INITIALIZE:
        return initialize(request.params());
      case Wire.PING:
        return Map.of();
      case Wire.TOOLS_LIST:
        return list(request.params(), needHandshake(request).revision());
      case Wire.DISCOVER:
        throw refused(
            Wire.INVALID_PARAMS,
            "server/discover needs "
                + Wire.META_VERSION
                + " in params._meta. For revisions up to "
                + ProtocolVersion.NEWEST_WITH_HANDSHAKE
                + " send initialize instead.");
      default:
        throw methodNotFound(request.method());
    }
  }

  /**
   * A call that may be executed.
   *
   * @param statelessCapabilities what the client can, when the call is of the stateless era
   */
  record Prepared(
      ServedTool tool,
      ToolCall call,
      String revision,
      Optional<Map<String, Object>> statelessCapabilities) {}

  /** Reads a call: which tool, with which arguments, in which revision. */
  Prepared prepare(Message.Request request) {
    Map<String, Object> params = request.params();
    Map<String, Object> meta = ToolJson.object(params.get(Wire.META)).orElse(Map.of());
    Optional<Map<String, Object>> capabilities = Optional.empty();
    String revision;
    if (meta.containsKey(Wire.META_VERSION)) {
      capabilities = Optional.of(checkStateless(meta));
      revision = ProtocolVersion.STATELESS;
    } else {
      revision = needHandshake(request).revision();
    }
    String name =
        ToolJson.text(params.get("name"))
            .orElseThrow(
                () -> refused(Wire.INVALID_PARAMS, "params.name has to be the name of a tool."));
    Object arguments = params.get("arguments");
    if (arguments != null && !(arguments instanceof Map)) {
      throw refused(Wire.INVALID_PARAMS, "params.arguments has to be an object.");
    }
    ServedTool tool =
        settings
            .tools()
            .find(name)
            .orElseThrow(() -> refused(Wire.INVALID_PARAMS, settings.tools().unknown(name)));
    ToolCall call =
        new ToolCall(
            name,
            ToolJson.object(arguments).orElse(Map.of()),
            Optional.empty(),
            CallListener.NONE,
            traceContext(meta));
    return new Prepared(tool, call, revision, capabilities);
  }

  /** What a gateway passes on of {@code _meta}: the W3C trace context, under its plain keys. */
  private static Map<String, Object> traceContext(Map<String, Object> meta) {
    if (!meta.containsKey("traceparent")) {
      return Map.of();
    }
    Map<String, Object> trace = new LinkedHashMap<>(meta);
    trace.keySet().retainAll(Wire.TRACE_CONTEXT);
    return trace;
  }

  Map<String, Object> write(ToolResult result, Prepared call) {
    Map<String, Object> json = ToolJson.write(result, call.revision());
    return call.statelessCapabilities().isPresent() ? complete(json) : json;
  }

  Map<String, Object> write(InputRequired question) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("inputRequests", question.inputRequests());
    return stamped(json, "input_required");
  }

  private Map<String, Object> initialize(Map<String, Object> params) {
    String asked = ToolJson.text(params.get("protocolVersion")).orElse("");
    String revision = ProtocolVersion.negotiate(asked);
    handshake =
        Optional.of(
            new Handshake(revision, ToolJson.object(params.get("capabilities")).orElse(Map.of())));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("protocolVersion", revision);
    result.put("capabilities", Map.of("tools", Map.of("listChanged", true)));
    result.put("serverInfo", serverInfo());
    settings.instructions().ifPresent(text -> result.put("instructions", text));
    return result;
  }

  private Map<String, Object> answerStateless(Message.Request request) {
    switch (request.method()) {
      case Wire.DISCOVER:
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("supportedVersions", ProtocolVersion.WITHOUT_HANDSHAKE);
        result.put("capabilities", Map.of("tools", Map.of()));
        settings.instructions().ifPresent(text -> result.put("instructions", text));
        return complete(uncached(result));
      case Wire.TOOLS_LIST:
        return complete(uncached(list(request.params(), ProtocolVersion.STATELESS)));
      default:
        throw methodNotFound(request.method());
    }
  }

  /** Tools may change at any time, so an answer is stale at once; it is the same for everybody. */
  private static Map<String, Object> uncached(Map<String, Object> result) {
    result.put("ttlMs", 0);
    result.put("cacheScope", "public");
    return result;
  }

  private Map<String, Object> complete(Map<String, Object> result) {
    return stamped(result, "complete");
  }

  private Map<String, Object> stamped(Map<String, Object> result, String type) {
    result.put("resultType", type);
    Map<String, Object> meta =
        new LinkedHashMap<>(ToolJson.object(result.get(Wire.META)).orElse(Map.of()));
    meta.put(Wire.META_SERVER_INFO, serverInfo());
    result.put(Wire.META, meta);
    return result;
  }

  private Map<String, Object> serverInfo() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("name", settings.name());
    info.put("version", settings.version());
    return info;
  }

  private Map<String, Object> list(Map<String, Object> params, String revision) {
    List<Tool> tools = settings.tools().listed();
    int from = 0;
    if (params.containsKey("cursor")) {
      from = PageCursor.read(params.get("cursor"), tools);
    }
    int to = Math.min(tools.size(), from + settings.limits().toolsPerPage());
    List<Object> page = new ArrayList<>(to - from);
    for (Tool tool : tools.subList(from, to)) {
      page.add(ToolJson.write(tool, revision));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("tools", page);
    if (to < tools.size()) {
      result.put("nextCursor", PageCursor.after(tools.get(to - 1)));
    }
    return result;
  }

  private Handshake needHandshake(Message.Request request) {
    return handshake.orElseThrow(
        () ->
            refused(
                MessageCodec.INVALID_REQUEST,
                request.method()
                    + " came before initialize. Send initialize first, or name the revision in"
                    + " params._meta as from "
                    + ProtocolVersion.STATELESS
                    + " on."));
  }

  /** Checks what every request of the stateless era carries; returns what the client can. */
  private static Map<String, Object> checkStateless(Map<String, Object> meta) {
    Object asked = meta.get(Wire.META_VERSION);
    if (!(asked instanceof String version)) {
      throw refused(Wire.INVALID_PARAMS, Wire.META_VERSION + " has to be a string.");
    }
    if (!ProtocolVersion.WITHOUT_HANDSHAKE.contains(version)) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("supported", ProtocolVersion.WITHOUT_HANDSHAKE);
      data.put("requested", version);
      throw new McpException.Protocol(
          Wire.UNSUPPORTED_VERSION,
          "The revision "
              + dev.cleat.Text.shown(version)
              + " is not spoken here without initialize. Use "
              + ProtocolVersion.STATELESS
              + ".",
          Optional.of(data));
    }
    return ToolJson.object(meta.get(Wire.META_CLIENT_CAPABILITIES))
        .orElseThrow(
            () ->
                refused(
                    Wire.INVALID_PARAMS,
                    Wire.META_CLIENT_CAPABILITIES + " is missing from params._meta."));
  }

  private static McpException.Protocol methodNotFound(String method) {
    return refused(
        Wire.METHOD_NOT_FOUND, "The method \"" + dev.cleat.Text.shown(method) + "\" is unknown.");
  }

  private static McpException.Protocol refused(int code, String message) {
    return new McpException.Protocol(code, message, Optional.empty());
  }
}
