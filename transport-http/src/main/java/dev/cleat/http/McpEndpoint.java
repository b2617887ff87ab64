// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.McpException;
import dev.cleat.Text;
import dev.cleat.mcp.McpServer;
import dev.cleat.mcp.ProtocolVersion;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is at the path of the server, whatever container it is in: decides which era a message
 * belongs to, and gives it to that. Thread-safe.
 */
final class McpEndpoint {
  static final int ACCEPTED = 202;

  private static final int NO_CONTENT = 204;

  /** When to come back to a server that is busy or about to be replaced. */
  private static final String RETRY_SECONDS = "1";

  private final McpServer server;
  private final HttpOptions options;
  private final Doorkeeper door;
  private final StreamSlots slots;
  private final Watch watch;
  private final SessionTable sessions;
  private final Meters meters;
  private final ParameterHeaders parameterHeaders = new ParameterHeaders();
  private volatile boolean draining;

  McpEndpoint(McpServer server, HttpOptions options) {
    this.server = server;
    this.options = options;
    door = new Doorkeeper(options);
    slots = new StreamSlots(options.limits().maxStreams());
    watch = new Watch(options.limits());
    sessions = new SessionTable(this);
    meters = Meters.of(options.meterRegistry().orElse(null));
    meters.gauge("cleat.http.sessions", "Sessions of the older era", this, sessions::count);
    meters.gauge("cleat.http.streams", "Open event streams", this, slots::taken);
  }

  McpServer server() {
    return server;
  }

  int maxMessageBytes() {
    return server.limits().maxMessageBytes();
  }

  HttpLimits limits() {
    return options.limits();
  }

  Doorkeeper door() {
    return door;
  }

  StreamSlots slots() {
    return slots;
  }

  Watch watch() {
    return watch;
  }

  SessionTable sessions() {
    return sessions;
  }

  Meters meters() {
    return meters;
  }

  boolean isDraining() {
    return draining || server.isClosed();
  }

  void start() {
    watch.add(door::sweep);
    watch.start();
  }

  /** Takes no new requests, and ends the running ones as the server does. */
  void close() {
    draining = true;
    server.close();
    sessions.endAll("the server has ended");
    watch.stop();
  }

  /**
   * Looks at the head of a request.
   *
   * @return who the peer is, when its body is to be read and given to {@link #post}; null when the
   *     request has been answered
   */
  @Nullable String head(ServerExchange exchange) {
    Doorkeeper.Verdict verdict = door.check(exchange);
    Refusal refusal = verdict.refusal();
    if (refusal != null) {
      refuse(exchange, refusal);
      return null;
    }
    switch (exchange.method()) {
      case "POST":
        refusal = checkTypes(exchange);
        if (refusal == null) {
          return verdict.principal();
        }
        refuse(exchange, refusal);
        return null;
      case "GET":
      case "DELETE":
        withoutBody(exchange, verdict.principal());
        return null;
      default:
        exchange.setHeader("Allow", "GET, POST, DELETE");
        refuse(exchange, Refusal.notAllowed("Use POST; or, in a session, GET and DELETE."));
        return null;
    }
  }

  private @Nullable Refusal checkTypes(ServerExchange exchange) {
    String type = exchange.header("Content-Type");
    if (type == null || !MediaTypes.isJson(type)) {
      return Refusal.of(
          Refusal.UNSUPPORTED_TYPE,
          HttpWire.HTTP_REFUSED,
          "The Content-Type has to be application/json.");
    }
    if (!MediaTypes.accepts(exchange.header("Accept"), HttpWire.JSON)
        || !MediaTypes.accepts(exchange.header("Accept"), HttpWire.EVENT_STREAM)) {
      return Refusal.of(
          Refusal.NOT_ACCEPTABLE,
          HttpWire.HTTP_REFUSED,
          "The header Accept has to allow application/json and text/event-stream.");
    }
    return null;
  }

  private void withoutBody(ServerExchange exchange, String principal) {
    String version = exchange.header(HttpWire.PROTOCOL_VERSION);
    if (HeaderRules.isStateless(version)) {
      exchange.describe("modern", "none");
      exchange.setHeader("Allow", "POST");
      refuse(exchange, Refusal.notAllowed("From revision 2026-07-28 on there is only POST."));
      return;
    }
    exchange.describe("legacy", "none");
    boolean get = exchange.method().equals("GET");
    if (get && !MediaTypes.accepts(exchange.header("Accept"), HttpWire.EVENT_STREAM)) {
      refuse(
          exchange,
          Refusal.of(
              Refusal.NOT_ACCEPTABLE,
              HttpWire.HTTP_REFUSED,
              "The header Accept has to allow text/event-stream."));
      return;
    }
    LegacySession session = session(exchange, principal, Optional.empty());
    if (session == null) {
      return;
    }
    if (!get) {
      session.end("the client has ended it");
      exchange.respond(NO_CONTENT);
    } else if (isDraining()) {
      refuse(exchange, Refusal.ending());
    } else {
      session.listen(exchange, exchange.header(HttpWire.LAST_EVENT_ID));
    }
  }

  /** Serves the message that a POST carries. */
  void post(ServerExchange exchange, String principal, byte[] body, int length) {
    Message message;
    try {
      message = MessageCodec.decode(body, 0, length);
    } catch (MessageCodec.MalformedException e) {
      refuse(exchange, new Refusal(Refusal.BAD_REQUEST, e.deserved()));
      return;
    }
    if (message instanceof Message.Request request) {
      if (isDraining()) {
        refuse(exchange, Refusal.ending().withId(request.id()));
        return;
      }
      Map<String, Object> meta = HeaderRules.meta(request.params());
      if (meta.containsKey(Protocol.META_VERSION)) {
        exchange.describe("modern", request.method());
        stateless(exchange, principal, request, meta);
      } else if (HeaderRules.isStateless(exchange.header(HttpWire.PROTOCOL_VERSION))) {
        exchange.describe("modern", request.method());
        refuse(
            exchange,
            Refusal.of(
                Refusal.BAD_REQUEST,
                Optional.of(request.id()),
                Protocol.INVALID_PARAMS,
                Protocol.META_VERSION + " is missing from params._meta."));
      } else {
        exchange.describe("legacy", request.method());
        legacyRequest(exchange, principal, request);
      }
    } else {
      aside(exchange, principal, message);
    }
  }

  private void stateless(
      ServerExchange exchange,
      String principal,
      Message.Request request,
      Map<String, Object> meta) {
    try {
      Object version = meta.get(Protocol.META_VERSION);
      HeaderRules.check(exchange, request, version);
      // Otherwise the server finds what is wrong, which comes before these headers.
      if (request.method().equals(Protocol.TOOLS_CALL)
          && version instanceof String text
          && ProtocolVersion.WITHOUT_HANDSHAKE.contains(text)
          && request.params().get("name") instanceof String name) {
        server
            .tool(name)
            .ifPresent(tool -> parameterHeaders.check(exchange, tool, request.params()));
      }
    } catch (McpException.Protocol refused) {
      refuse(
          exchange,
          Refusal.of(
              Refusal.BAD_REQUEST,
              Optional.of(request.id()),
              refused.code(),
              String.valueOf(refused.getMessage())));
      return;
    }
    new StatelessCall(this, exchange, request, principal).run();
  }

  private void legacyRequest(ServerExchange exchange, String principal, Message.Request request) {
    if (request.method().equals(Protocol.INITIALIZE)) {
      if (!versionKnown(exchange, Optional.of(request.id()))) {
        return;
      }
      Optional<LegacySession> begun = sessions.begin(principal);
      if (begun.isEmpty()) {
        refuse(
            exchange,
            Refusal.of(
                Refusal.UNAVAILABLE,
                Optional.of(request.id()),
                Protocol.OVERLOADED,
                "There are "
                    + limits().maxSessions()
                    + " sessions already, which is the limit. Come back later."));
        return;
      }
      LegacySession session = begun.get();
      server.accept(session);
      session.request(exchange, request);
    } else {
      LegacySession session = session(exchange, principal, Optional.of(request.id()));
      if (session != null) {
        session.request(exchange, request);
      }
    }
  }

  /** What wants no answer: a notification, or the answer to a request of this server. */
  private void aside(ServerExchange exchange, String principal, Message message) {
    Message.Notification notification =
        message instanceof Message.Notification given ? given : null;
    String rpcMethod = notification == null ? "answer" : notification.method();
    Object version =
        notification == null
            ? null
            : HeaderRules.meta(notification.params()).get(Protocol.META_VERSION);
    if (version == null && !HeaderRules.isStateless(exchange.header(HttpWire.PROTOCOL_VERSION))) {
      exchange.describe("legacy", rpcMethod);
      LegacySession session = session(exchange, principal, Optional.empty());
      if (session != null) {
        session.deliver(exchange, message);
      }
      return;
    }
    exchange.describe("modern", rpcMethod);
    try {
      if (notification == null) {
        throw new McpException.Protocol(
            MessageCodec.INVALID_REQUEST,
            "From revision 2026-07-28 on a server asks nothing, so there is nothing to answer.",
            Optional.empty());
      }
      if (version != null) {
        HeaderRules.checkVersion(exchange, version);
      }
      HeaderRules.checkMethod(exchange, notification.method());
      exchange.respond(ACCEPTED);
    } catch (McpException.Protocol refused) {
      refuse(
          exchange,
          Refusal.of(Refusal.BAD_REQUEST, refused.code(), String.valueOf(refused.getMessage())));
    }
  }

  /** The session that a request belongs to; null when it has been refused. */
  private @Nullable LegacySession session(
      ServerExchange exchange, String principal, Optional<Object> requestId) {
    if (!versionKnown(exchange, requestId)) {
      return null;
    }
    String id = exchange.header(HttpWire.SESSION_ID);
    if (id == null) {
      refuse(
          exchange,
          Refusal.of(
              Refusal.BAD_REQUEST,
              requestId,
              MessageCodec.INVALID_REQUEST,
              "The header Mcp-Session-Id is missing. Send initialize first, and then the id that"
                  + " its answer carries; or name revision 2026-07-28 in params._meta."));
      return null;
    }
    LegacySession session = sessions.find(id, principal);
    if (session == null) {
      refuse(
          exchange,
          Refusal.of(
              Refusal.NOT_FOUND,
              requestId,
              HttpWire.HTTP_REFUSED,
              "There is no such session, or no longer. Send initialize again."));
    }
    return session;
  }

  private boolean versionKnown(ServerExchange exchange, Optional<Object> requestId) {
    String version = exchange.header(HttpWire.PROTOCOL_VERSION);
    if (version == null || ProtocolVersion.WITH_HANDSHAKE.contains(version)) {
      return true;
    }
    refuse(
        exchange,
        Refusal.of(
            Refusal.BAD_REQUEST,
            requestId,
            MessageCodec.INVALID_REQUEST,
            "MCP-Protocol-Version "
                + Text.shown(version)
                + " is unknown. Known are "
                + String.join(", ", ProtocolVersion.WITH_HANDSHAKE)
                + ", and "
                + String.join(", ", ProtocolVersion.WITHOUT_HANDSHAKE)
                + " with its metadata in the body."));
    return false;
  }

  void refuse(ServerExchange exchange, Refusal refusal) {
    respond(exchange, refusal.status(), MessageCodec.encode(refusal.error(), Integer.MAX_VALUE));
  }

  void respond(ServerExchange exchange, int status, byte[] json) {
    if (status == Refusal.UNAVAILABLE) {
      exchange.setHeader("Retry-After", RETRY_SECONDS);
    }
    exchange.respond(status, HttpWire.JSON, json);
  }
}
