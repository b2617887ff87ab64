// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times requests, when there is a registry to do so in; costs nothing else.
 *
 * <p>The classes of Micrometer are loaded only then. Tags have few values: a method that nobody
 * knows is {@code other}.
 */
class Meters {
  /** Without a registry. */
  static final Meters NONE = new Meters();

  private Meters() {}

  static Meters of(@Nullable MeterRegistry registry) {
    return registry == null ? NONE : new Recording(registry);
  }

  long now() {
    return 0;
  }

  void request(String httpMethod, String era, String rpcMethod, int status, long startNanos) {}

  void gauge(String name, String description, Object owner, IntSupplier value) {}

  private static final class Recording extends Meters {
    private static final Set<String> METHODS =
        Set.of(
            "none",
            "initialize",
            "ping",
            "server/discover",
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/templates/list",
            "resources/read",
            "resources/subscribe",
            "resources/unsubscribe",
            "completion/complete",
            "logging/setLevel",
            "subscriptions/listen",
            "notifications/initialized",
            "notifications/cancelled",
            "notifications/roots/list_changed",
            "answer");

    private final MeterRegistry registry;

    Recording(MeterRegistry registry) {
      this.registry = registry;
    }

    @Override
    long now() {
      return System.nanoTime();
    }

    @Override
    void request(String httpMethod, String era, String rpcMethod, int status, long startNanos) {
      String http =
          switch (httpMethod) {
            case "GET", "POST", "DELETE" -> httpMethod;
            default -> "other";
          };
      Tags tags =
          Tags.of(
              "http",
              http,
              "era",
              era,
              "method",
              METHODS.contains(rpcMethod) ? rpcMethod : "other",
              "status",
              Integer.toString(status));
      registry
          .timer("cleat.http.requests", tags)
          .record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    void gauge(String name, String description, Object owner, IntSupplier value) {
      io.micrometer.core.instrument.Gauge.builder(name, owner, unused -> value.getAsInt())
          .description(description)
          .register(registry);
    }
  }
}
