// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.Text;
import dev.cleat.spi.Protocol;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Connects a client and finds out which era its server speaks: asks in the newer one, and
 * initialises unless that was answered; the other way round when the server is remembered as one of
 * the older era. Whatever it takes has to fit into one time limit. For one use in one thread.
 */
final class ClientHandshake {
  private final McpClientBuilder settings;
  private final long deadline;
  private ClientSession session;

  private ClientHandshake(McpClientBuilder settings) {
    this.settings = settings;
    deadline = System.nanoTime() + settings.limits.connectTimeout().toNanos();
    session = ClientSession.open(settings);
  }

  static McpClient connect(McpClientBuilder settings) {
    return new ClientHandshake(settings).connect();
  }

  private McpClient connect() {
    try {
      Agreement agreement = agree();
      session.agreed(agreement);
      settings.memory.ifPresent(eras -> eras.remember(settings.peerKey, agreement.isStateless()));
      return session;
    } catch (McpException e) {
      McpException failure = failed(e);
      session.close();
      throw failure;
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  private Agreement agree() {
    if (settings.handshakeOnly) {
      return initialize();
    }
    boolean wasOlder =
        settings
            .memory
            .flatMap(eras -> eras.isStateless(settings.peerKey))
            .equals(Optional.of(false));
    if (wasOlder) {
      try {
        return initialize();
      } catch (McpException.Protocol
          | McpException.NotSent
          | McpException.OutcomeUnknown
          | McpException.ConnectFailed changed) {
        if (wantsCredentials(changed)) {
          throw changed;
        }
        // It may speak the newer era by now, which is found out as if nothing had been known.
        restartIfGone();
      }
    }
    Optional<Agreement> stateless = discover();
    if (stateless.isPresent()) {
      return stateless.get();
    }
    if (!session.requests().hasEnded()) {
      try {
        return initialize();
      } catch (McpException.NotSent | McpException.OutcomeUnknown left) {
        // Below.
      }
    }
    // It left over a question of the newer era, as a server of the older one may: start it again.
    restart();
    return initialize();
  }

  /** Then it would say the same to any other question. */
  private static boolean wantsCredentials(McpException failure) {
    return failure instanceof McpException.ConnectFailed refused && refused.needsAuthentication();
  }

  private void restartIfGone() {
    if (session.requests().hasEnded()) {
      restart();
    }
  }

  private void restart() {
    session.close();
    session = ClientSession.open(settings);
  }

  private McpException failed(McpException cause) {
    if (cause instanceof McpException.Cancelled || cause instanceof McpException.ConnectFailed) {
      return cause;
    }
    String reason = session.ended().getNow("");
    return new McpException.ConnectFailed(
        "The server did not complete the handshake: "
            + (reason.isEmpty() ? cause.getMessage() : reason),
        cause);
  }

  /** Asks in the newer era; nothing when the server does not speak it. */
  private Optional<Agreement> discover() {
    Duration limit = min(settings.limits.eraProbeTimeout(), left());
    try {
      Map<String, Object> discovered;
      try {
        discovered = askWhatItIs(limit);
      } catch (McpException.Protocol refused) {
        if (!speaksStatelessAfterAll(refused)) {
          return Optional.empty();
        }
        discovered = askWhatItIs(limit);
      }
      return read(discovered);
    } catch (McpException.NotSent unreachable) {
      if (!session.requests().hasEnded()) {
        // The connection is as good as before: it is the peer that cannot be reached, in any era.
        throw unreachable;
      }
      return Optional.empty();
    } catch (McpException.Protocol
        | McpException.TimedOut
        | McpException.OutcomeUnknown refusedOrSilent) {
      return Optional.empty();
    }
  }

  private Map<String, Object> askWhatItIs(Duration limit) {
    Map<String, Object> params = Wire.object(Protocol.META, session.requests().statelessMeta());
    return session.requests().connecting(Wire.DISCOVER, params, limit);
  }

  /**
   * A server may refuse a revision and in the same breath say that it speaks it: worth one retry.
   */
  private static boolean speaksStatelessAfterAll(McpException.Protocol refused) {
    return refused.code() == Protocol.UNSUPPORTED_VERSION
        && Wire.object(refused.data().orElse(null))
            .filter(data -> Wire.list(data.get("supported")).contains(ProtocolVersion.STATELESS))
            .isPresent();
  }

  private static Optional<Agreement> read(Map<String, Object> discovered) {
    if (!Wire.list(discovered.get("supportedVersions")).contains(ProtocolVersion.STATELESS)) {
      return Optional.empty();
    }
    return Optional.of(
        agreement(
            Wire.object(Wire.meta(discovered).get(Wire.META_SERVER_INFO)),
            ProtocolVersion.STATELESS,
            discovered));
  }

  private Agreement initialize() {
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("protocolVersion", ProtocolVersion.NEWEST_WITH_HANDSHAKE);
    params.put(
        "capabilities",
        InputJson.write(
            Answers.either(settings.features.capabilities(), settings.callersAnswer),
            ProtocolVersion.NEWEST_WITH_HANDSHAKE));
    params.put("clientInfo", session.requests().clientInfo());
    Map<String, Object> result = session.requests().connecting(Protocol.INITIALIZE, params, left());
    String revision = Wire.text(result.get("protocolVersion")).orElse("");
    if (!ProtocolVersion.WITH_HANDSHAKE.contains(revision)) {
      throw new McpException.ConnectFailed(
          "The server wants MCP revision \""
              + Text.shown(revision)
              + "\". Spoken here are "
              + String.join(", ", ProtocolVersion.WITH_HANDSHAKE)
              + ".",
          null);
    }
    session.requests().initialized();
    return agreement(Wire.object(result.get("serverInfo")), revision, result);
  }

  private static Agreement agreement(
      Optional<Map<String, Object>> info, String revision, Map<String, Object> result) {
    PeerInfo peer =
        new PeerInfo(
            info.flatMap(i -> Wire.text(i.get("name"))).orElse("(unnamed)"),
            info.flatMap(i -> Wire.text(i.get("version"))).orElse(""),
            revision,
            Wire.text(result.get("instructions")));
    return new Agreement(peer, Wire.object(result.get("capabilities")).orElse(Map.of()));
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
