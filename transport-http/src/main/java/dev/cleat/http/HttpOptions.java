// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/** What {@link HttpServer} and {@link McpServlet} have in common. Immutable. */
@Value.Immutable
public interface HttpOptions {
  /** Open to this machine alone, without tokens. */
  static HttpOptions defaults() {
    return HttpOptions.builder().build();
  }

  /** Starts from the defaults. */
  static Builder builder() {
    return new Builder();
  }

  /** The bounds. */
  @Value.Default
  default HttpLimits limits() {
    return HttpLimits.defaults();
  }

  /**
   * Bearer tokens: who a client is, to the secret that proves it. When there are any, every request
   * needs one. A session belongs to the one who began it.
   */
  @Value.Redacted
  Map<String, String> tokens();

  /**
   * Names under which clients may reach the server ({@code Host}), without port. Where none are
   * given, a request that came over the loopback interface has to name that ({@code localhost},
   * {@code 127.0.0.1}, {@code [::1]}), so that a web page cannot get in by DNS rebinding.
   */
  Set<String> allowedHosts();

  /**
   * Web origins, such as {@code https://app.example.com}, whose pages may call. Those of this
   * machine may in any case, over the loopback interface.
   */
  Set<String> allowedOrigins();

  /** Whether anybody may come in from other machines, although there are no tokens. */
  @Value.Default
  default boolean anonymousOffLoopback() {
    return false;
  }

  /** Where to count and time requests. */
  Optional<MeterRegistry> meterRegistry();

  /** Refuses what could never match, or would let anybody in. */
  @Value.Check
  default void check() {
    tokens()
        .forEach(
            (name, secret) -> {
              if (name.isEmpty() || secret.length() < 16) {
                throw new IllegalArgumentException(
                    "The token of \""
                        + name
                        + "\" is too easy to guess, or nameless. Use at least 16 random"
                        + " characters, such as from openssl rand -hex 32.");
              }
            });
    for (String origin : allowedOrigins()) {
      if (!origin.equals(origin.toLowerCase(Locale.ROOT)) || !origin.contains("://")) {
        throw new IllegalArgumentException(
            "\"" + origin + "\" is no origin. Write scheme://host or scheme://host:port.");
      }
    }
  }

  /** Builds options that differ from the defaults. */
  final class Builder extends ImmutableHttpOptions.Builder {
    Builder() {}
  }
}
