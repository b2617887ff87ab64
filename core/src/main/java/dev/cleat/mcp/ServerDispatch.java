// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CacheHint;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.ClientCapabilities;
import dev.cleat.LogLevel;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.Resource;
import dev.cleat.ResourceTemplate;
import dev.cleat.Text;
import dev.cleat.Tool;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells who sent a request and in which era, and answers those that run no code of the application.
 * A request with a revision in its {@code _meta} is of the stateless era, whatever came before.
 *
 * <p>Thread-safe; the only state is what {@code initialize} agreed on.
 */
final class ServerDispatch {
  private final ServerSettings settings;

  // What initialize agreed on; its log level is what logging/setLevel last said.
  private volatile Optional<Asker> handshake = Optional.empty();

  ServerDispatch(ServerSettings settings) {
    this.settings = settings;
  }

  /** Whether the client has initialised a session of the older era. */
  boolean hasHandshake() {
    return handshake.isPresent();
  }

  /**
   * Who sent that.
   *
   * @throws McpException.Protocol when it cannot be told, or its revision is not spoken here
   */
  Asker asker(Message.Request request) {
    Map<String, Object> meta = Wire.meta(request.params());
    if (meta.containsKey(Protocol.META_VERSION)) {
      return statelessAsker(meta);
    }
    return handshake.orElseThrow(
        () ->
            refused(
                MessageCodec.INVALID_REQUEST,
                Text.shown(request.method())
                    + " came before initialize. Send initialize first, or name the revision in"
                    + " params._meta as from "
                    + ProtocolVersion.STATELESS
                    + " on."));
  }

  /** Answers {@code initialize} or {@code ping}, which come from who is not known yet. */
  Optional<Map<String, Object>> answerAnybody(Message.Request request) {
    if (Wire.meta(request.params()).containsKey(Protocol.META_VERSION)) {
      return Optional.empty();
    }
    switch (request.method()) {
      case Protocol.INITIALIZE:
        return Optional.of(initialize(request.params()));
      case Wire.PING:
        return Optional.of(Map.of());
      case Wire.DISCOVER:
        throw refused(
            Protocol.INVALID_PARAMS,
            "server/discover needs "
                + Protocol.META_VERSION
                + " in params._meta. For revisions up to "
                + ProtocolVersion.NEWEST_WITH_HANDSHAKE
                + " send initialize instead.");
      default:
        return Optional.empty();
    }
  }

  /** Answers a request that runs no code of the application. */
  Map<String, Object> answer(Message.Request request, Asker asker) {
    switch (request.method()) {
      case Wire.TOOLS_LIST:
      case Wire.PROMPTS_LIST:
      case Wire.RESOURCES_LIST:
      case Wire.TEMPLATES_LIST:
        Map<String, Object> page = list(request, asker.revision());
        if (asker.isStateless()) {
          putCache(page, settings.listCache());
        }
        return page;
      case Wire.DISCOVER:
        if (asker.isStateless()) {
          return discover();
        }
        throw methodNotFound(request.method());
      case Wire.SET_LEVEL:
        if (!asker.isStateless()) {
          return setLevel(request.params(), asker);
        }
        throw methodNotFound(request.method());
      default:
        throw methodNotFound(request.method());
    }
  }

  /** A result as it goes out: in the stateless era with what every one carries there. */
  Map<String, Object> finished(Map<String, Object> result, String type, Asker asker) {
    return asker.isStateless() ? stamped(result, type) : result;
  }

  /** Adds what every result of the stateless era carries. */
  Map<String, Object> stamped(Map<String, Object> result, String type) {
    Map<String, Object> json = new LinkedHashMap<>(result);
    json.put("resultType", type);
    Map<String, Object> meta = new LinkedHashMap<>(Wire.meta(result));
    meta.put(Wire.META_SERVER_INFO, settings.serverInfo());
    json.put(Protocol.META, meta);
    return json;
  }

  static void putCache(Map<String, Object> result, CacheHint cache) {
    result.put("ttlMs", cache.ttl().toMillis());
    result.put("cacheScope", cache.shared() ? "public" : "private");
  }

  static McpException.Protocol methodNotFound(String method) {
    return refused(
        Protocol.METHOD_NOT_FOUND,
        "The method \"" + Text.shown(method) + "\" is not offered here.");
  }

  private Map<String, Object> initialize(Map<String, Object> params) {
    String revision =
        ProtocolVersion.negotiate(Wire.text(params.get("protocolVersion")).orElse(""));
    ClientCapabilities can =
        InputJson.readCapabilities(Wire.object(params.get("capabilities")).orElse(Map.of()));
    if (!ProtocolVersion.atLeast(revision, ProtocolVersion.ELICITING)) {
      can =
          new ClientCapabilities(
              false, false, can.sampling(), false, can.samplingContext(), can.roots());
    }
    // Until the client says otherwise, the server decides what is worth telling.
    handshake = Optional.of(new Asker(revision, can, Optional.of(LogLevel.INFO)));
    Map<String, Object> result = Wire.object("protocolVersion", revision);
    result.put("capabilities", capabilities(revision));
    result.put("serverInfo", settings.serverInfo());
    settings.instructions().ifPresent(text -> result.put("instructions", text));
    return result;
  }

  private Map<String, Object> discover() {
    Map<String, Object> result =
        Wire.object("supportedVersions", ProtocolVersion.WITHOUT_HANDSHAKE);
    result.put("capabilities", capabilities(ProtocolVersion.STATELESS));
    settings.instructions().ifPresent(text -> result.put("instructions", text));
    putCache(result, settings.listCache());
    return result;
  }

  private Map<String, Object> capabilities(String revision) {
    Set<Catalog> offered = settings.catalogs().offered();
    Map<String, Object> capabilities = new LinkedHashMap<>();
    capabilities.put("tools", Map.of("listChanged", true));
    if (offered.contains(Catalog.PROMPTS)) {
      capabilities.put("prompts", Map.of("listChanged", true));
    }
    if (offered.contains(Catalog.RESOURCES)) {
      capabilities.put("resources", Map.of("subscribe", true, "listChanged", true));
    }
    if (offered.size() > 1 && ProtocolVersion.atLeast(revision, ProtocolVersion.ANNOTATED)) {
      capabilities.put("completions", Map.of());
    }
    capabilities.put("logging", Map.of());
    return capabilities;
  }

  private Map<String, Object> setLevel(Map<String, Object> params, Asker asker) {
    LogLevel level =
        Wire.text(params.get("level")).flatMap(LogLevel::ofWireName).orElseThrow(this::noLevel);
    handshake = Optional.of(new Asker(asker.revision(), asker.capabilities(), Optional.of(level)));
    return Map.of();
  }

  private Map<String, Object> list(Message.Request request, String revision) {
    Map<String, Object> params = request.params();
    int size = settings.limits().toolsPerPage();
    Catalogs catalogs = settings.catalogs();
    switch (request.method()) {
      case Wire.TOOLS_LIST:
        return PageCursor.page(
            params,
            size,
            "tools",
            catalogs.tools(),
            Tool::name,
            tool -> ToolJson.write(tool, revision));
      case Wire.PROMPTS_LIST:
        mustOffer(Catalog.PROMPTS, request);
        return PageCursor.page(
            params,
            size,
            "prompts",
            catalogs.prompts(),
            Prompt::name,
            prompt -> PromptJson.write(prompt, revision));
      case Wire.RESOURCES_LIST:
        mustOffer(Catalog.RESOURCES, request);
        return PageCursor.page(
            params,
            size,
            "resources",
            catalogs.resources(),
            Resource::uri,
            resource -> ResourceJson.write(resource, revision));
      default:
        mustOffer(Catalog.RESOURCES, request);
        return PageCursor.page(
            params,
            size,
            "resourceTemplates",
            catalogs.templates(),
            ResourceTemplate::uriTemplate,
            template -> ResourceJson.write(template, revision));
    }
  }

  /** What is not declared is not there. */
  void mustOffer(Catalog catalog, Message.Request request) {
    if (!settings.catalogs().offered().contains(catalog)) {
      throw methodNotFound(request.method());
    }
  }

  /** Checks what every request of the stateless era carries. */
  private Asker statelessAsker(Map<String, Object> meta) {
    Object asked = meta.get(Protocol.META_VERSION);
    if (!(asked instanceof String version)) {
      throw refused(Protocol.INVALID_PARAMS, Protocol.META_VERSION + " has to be a string.");
    }
    if (!ProtocolVersion.WITHOUT_HANDSHAKE.contains(version)) {
      Map<String, Object> data = Wire.object("supported", ProtocolVersion.WITHOUT_HANDSHAKE);
      data.put("requested", version);
      throw new McpException.Protocol(
          Protocol.UNSUPPORTED_VERSION,
          "The revision "
              + Text.shown(version)
              + " is not spoken here without initialize. Use "
              + ProtocolVersion.STATELESS
              + ".",
          Optional.of(data));
    }
    Map<String, Object> capabilities =
        Wire.object(meta.get(Wire.META_CLIENT_CAPABILITIES))
            .orElseThrow(
                () ->
                    refused(
                        Protocol.INVALID_PARAMS,
                        Wire.META_CLIENT_CAPABILITIES + " is missing from params._meta."));
    Optional<LogLevel> level = Optional.empty();
    if (meta.containsKey(Wire.META_LOG_LEVEL)) {
      level =
          Optional.of(
              Wire.text(meta.get(Wire.META_LOG_LEVEL))
                  .flatMap(LogLevel::ofWireName)
                  .orElseThrow(this::noLevel));
    }
    return new Asker(version, InputJson.readCapabilities(capabilities), level);
  }

  private McpException.Protocol noLevel() {
    return refused(
        Protocol.INVALID_PARAMS,
        "The level has to be one of debug, info, notice, warning, error, critical, alert,"
            + " emergency.");
  }

  private static McpException.Protocol refused(int code, String message) {
    return new McpException.Protocol(code, message, Optional.empty());
  }
}
