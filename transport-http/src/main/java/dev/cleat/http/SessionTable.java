// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The sessions of the older era, by id. Thread-safe; bounded. */
final class SessionTable {
  /** 192 bits of randomness: nobody guesses one. */
  private static final int ID_BYTES = 24;

  private final McpEndpoint endpoint;
  private final SecureRandom random = new SecureRandom();
  private final ConcurrentMap<String, LegacySession> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong replayedBytes = new AtomicLong();

  SessionTable(McpEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** Begins one; empty when there are as many as there may be. */
  Optional<LegacySession> begin(String principal) {
    if (count.incrementAndGet() > endpoint.limits().maxSessions()) {
      count.decrementAndGet();
      return Optional.empty();
    }
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    LegacySession session = new LegacySession(endpoint, id, principal, replayedBytes);
    sessions.put(id, session);
    endpoint.watch().add(session);
    return Optional.of(session);
  }

  /** The one of that id, for the one who began it; for anybody else there is none. */
  @Nullable LegacySession find(String id, String principal) {
    LegacySession session = sessions.get(id);
    return session != null && session.principal().equals(principal) ? session : null;
  }

  void remove(LegacySession session) {
    if (sessions.remove(session.id(), session)) {
      count.decrementAndGet();
      endpoint.watch().remove(session);
    }
  }

  int count() {
    return sessions.size();
  }

  void endAll(String reason) {
    sessions.values().forEach(session -> session.end(reason));
  }
}
