// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.McpException;
import dev.cleat.registry.McpRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The servers of the configuration: all of them, which the registry then keeps connected, or the
 * one that a command needs.
 */
final class Upstreams {
  /** How long a list of tools may wait for slow servers; clients give up after some ten seconds. */
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final McpRegistry registry;
  private final ConfigSource source;
  private volatile boolean settled = true;
  private volatile long settledBy;

  Upstreams(McpRegistry registry, ConfigSource source) {
    this.registry = registry;
    this.source = source;
  }

  /** Begins to connect all, and to follow the file that they stand in; returns at once. */
  void start() {
    settledBy = System.nanoTime() + SETTLE_NANOS;
    settled = false;
    source.begin();
  }

  /** Reads the file again. */
  void reload() {
    source.reload();
  }

  /**
   * Waits until each server is connected or has failed once, or all have had their time.
   *
   * @return whether there was anything to wait for
   */
  boolean awaitSettled() {
    if (settled) {
      return false;
    }
    awaitSettled(Duration.ofNanos(Math.max(0, settledBy - System.nanoTime())));
    // Who comes later does not wait for what a change of the file may have added since.
    settled = true;
    return true;
  }

  /** Waits so long at most; true when nothing is being connected any more. */
  boolean awaitSettled(Duration most) {
    try {
      return registry.awaitSettled(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The server that is to be called by that namespace. */
  Optional<ServerEntry> named(String namespace) {
    return source.current().servers().stream()
        .filter(server -> server.namespace().value().equals(namespace))
        .findFirst();
  }

  /**
   * Connects one, in this thread.
   *
   * @throws McpException when that fails
   */
  void connect(ServerEntry server) {
    registry.register(server.namespace().value(), server.definition());
  }
}
