// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may come in: host, origin, token, rate. Looks at headers alone. Thread-safe. */
final class Doorkeeper {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String BEARER = "bearer ";

  private final HttpOptions options;
  private final Map<String, byte[]> tokenHashes = new LinkedHashMap<>();
  private final RateLimiter rates;

  Doorkeeper(HttpOptions options) {
    this.options = options;
    rates = new RateLimiter(options.limits().maxRequestsPerSecond());
    options.tokens().forEach((name, secret) -> tokenHashes.put(name, sha256(secret)));
  }

  /**
   * One who came in, or why not.
   *
   * @param principal who it is; empty when nobody has to say
   */
  record Verdict(String principal, @Nullable Refusal refusal) {}

  /** Looks at one request for the endpoint. */
  Verdict check(ServerExchange exchange) {
    Refusal foreign = checkPlace(exchange);
    if (foreign != null) {
      return new Verdict("", foreign);
    }
    Verdict verdict = identify(exchange);
    if (verdict.refusal() != null) {
      return verdict;
    }
    Object client = verdict.principal().isEmpty() ? exchange.remoteAddress() : verdict.principal();
    if (!rates.allows(client, System.nanoTime())) {
      exchange.setHeader("Retry-After", "1");
      return refused(
          Refusal.TOO_MANY,
          "More than "
              + options.limits().maxRequestsPerSecond()
              + " requests came within a second. Send fewer. Nothing was executed.");
    }
    return verdict;
  }

  /** Host and origin: whether a web page of somebody else may be behind the request. */
  @Nullable Refusal checkPlace(ServerExchange exchange) {
    String host = exchange.header("Host");
    if (host == null || !hostAllowed(hostName(host), exchange)) {
      return Refusal.of(
          Refusal.FORBIDDEN,
          HttpWire.HTTP_REFUSED,
          "The Host of the request is not one of this server. Use the address it was started with,"
              + " or add the name to its allowed hosts.");
    }
    String origin = exchange.header(HttpWire.ORIGIN);
    if (origin != null && !originAllowed(origin.toLowerCase(Locale.ROOT), exchange)) {
      return Refusal.of(
          Refusal.FORBIDDEN,
          HttpWire.HTTP_REFUSED,
          "Pages of this Origin may not call. Add it to the allowed origins of the server.");
    }
    return null;
  }

  /** Who it is, when that has to be shown. */
  Verdict identify(ServerExchange exchange) {
    String known = exchange.containerPrincipal();
    if (!known.isEmpty()) {
      return new Verdict(known, null);
    }
    if (tokenHashes.isEmpty()) {
      return exchange.isLocal() || options.anonymousOffLoopback()
          ? new Verdict("", null)
          : refused(
              Refusal.FORBIDDEN,
              "This server has no tokens, so it answers this machine alone. Give it tokens.");
    }
    String principal = principal(exchange.header("Authorization"));
    if (principal != null) {
      return new Verdict(principal, null);
    }
    exchange.setHeader("WWW-Authenticate", "Bearer");
    return refused(
        Refusal.UNAUTHORIZED,
        "A known token is needed. Send it in the header Authorization: Bearer <token>.");
  }

  void sweep(long now) {
    rates.sweep(now);
  }

  private static Verdict refused(int status, String why) {
    return new Verdict("", Refusal.of(status, HttpWire.HTTP_REFUSED, why));
  }

  private @Nullable String principal(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return null;
    }
    byte[] hash = sha256(authorization.substring(BEARER.length()).strip());
    String found = null;
    // All are compared, so that the time tells nothing about which one is near.
    for (Map.Entry<String, byte[]> token : tokenHashes.entrySet()) {
      if (MessageDigest.isEqual(hash, token.getValue())) {
        found = token.getKey();
      }
    }
    return found;
  }

  private boolean hostAllowed(String name, ServerExchange exchange) {
    if (options.allowedHosts().contains(name)) {
      return true;
    }
    return exchange.isLocal() ? LOOPBACK.contains(name) : options.allowedHosts().isEmpty();
  }

  private boolean originAllowed(String origin, ServerExchange exchange) {
    if (options.allowedOrigins().contains(origin)) {
      return true;
    }
    int scheme = origin.indexOf("://");
    return exchange.isLocal()
        && scheme > 0
        && (origin.startsWith("http://") || origin.startsWith("https://"))
        && LOOPBACK.contains(hostName(origin.substring(scheme + 3)));
  }

  /** The name or address of {@code host:port}, in lower case. */
  private static String hostName(String hostAndPort) {
    int end = hostAndPort.length();
    int colon = hostAndPort.lastIndexOf(':');
    if (colon > hostAndPort.lastIndexOf(']')) {
      end = colon;
    }
    return hostAndPort.substring(0, end).toLowerCase(Locale.ROOT);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
