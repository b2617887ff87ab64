// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent.Kind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gates of a registry by namespace. One is there from the first registration of its namespace
 * to the removal, whichever generations come and go meanwhile. Thread-safe.
 */
final class Gates {
  private final Map<Namespace, Gate> gates = new ConcurrentHashMap<>();
  private final Time time;
  private final Events events;

  Gates(Time time, Events events) {
    this.time = time;
    this.events = events;
  }

  /** The gate of a namespace, made now if there is none. */
  Gate of(Namespace namespace, GateSettings settings) {
    return gates.computeIfAbsent(
        namespace,
        name ->
            new Gate(name, time, settings, state -> events.publish(name, 0, kindOf(state), "")));
  }

  @Nullable Gate find(Namespace namespace) {
    return gates.get(namespace);
  }

  /** Takes a gate away, whose calls the caller then refuses. */
  @Nullable Gate remove(Namespace namespace) {
    return gates.remove(namespace);
  }

  /** Refuses all calls that wait, and all that come. */
  void closeAll(Supplier<McpException> why) {
    gates.values().forEach(gate -> gate.remove(why));
  }

  private static Kind kindOf(BreakerState state) {
    return switch (state) {
      case OPEN -> Kind.BREAKER_OPEN;
      case HALF_OPEN -> Kind.BREAKER_HALF_OPEN;
      case CLOSED -> Kind.BREAKER_CLOSED;
    };
  }
}
