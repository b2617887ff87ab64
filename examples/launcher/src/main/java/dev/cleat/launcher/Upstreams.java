// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.McpException;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ClientDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Connects the servers of the configuration, each in a thread of its own, so that one that is down
 * holds up nobody.
 *
 * <p><b>Life cycle.</b> {@link #close} gives up what is not connected by then; what is connected
 * belongs to the registry.
 */
final class Upstreams implements AutoCloseable {
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long a list of tools may wait for slow servers; clients give up after some ten seconds. */
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final McpRegistry registry;
  private final List<ServerEntry> servers;
  private final Map<String, Thread> connecting = new ConcurrentHashMap<>();

  // Counts the servers that have been started and are neither connected nor failed.
  private volatile CountDownLatch unsettled = new CountDownLatch(0);
  private volatile long settledBy;

  Upstreams(McpRegistry registry, List<ServerEntry> servers) {
    this.registry = registry;
    this.servers = servers;
  }

  /**
   * Begins to connect all; returns at once.
   *
   * @param failed gets the name and the reason of each that cannot be connected, from any thread
   */
  void start(BiConsumer<ServerEntry, String> failed) {
    settledBy = System.nanoTime() + SETTLE_NANOS;
    unsettled = new CountDownLatch(servers.size());
    for (ServerEntry server : servers) {
      start(server, server.definition(), reason -> failed.accept(server, reason));
    }
  }

  /**
   * Waits until each server that was started is connected or has failed, or has had its time.
   *
   * @return whether there was anything to wait for
   */
  boolean awaitSettled() {
    CountDownLatch waiting = unsettled;
    if (waiting.getCount() == 0) {
      return false;
    }
    try {
      boolean all = waiting.await(settledBy - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (!all) {
        unsettled = new CountDownLatch(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** Connects all within that time or their own, and returns when each is connected or failed. */
  void connect(Duration most, BiConsumer<ServerEntry, String> failed) throws InterruptedException {
    for (ServerEntry server : servers) {
      start(server, server.within(most), reason -> failed.accept(server, reason));
    }
    for (Thread thread : connecting.values()) {
      thread.join();
    }
  }

  /** The server that is to be called by that namespace. */
  Optional<ServerEntry> named(String namespace) {
    return servers.stream()
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

  private void start(ServerEntry server, ClientDefinition definition, Consumer<String> failed) {
    String name = server.namespace().value();
    Thread thread =
        new Thread(
            () -> {
              try {
                registry.register(name, definition);
              } catch (McpException.Closed | McpException.Cancelled givenUp) {
                // This program ends; nobody wants to know.
              } catch (RuntimeException e) {
                failed.accept(String.valueOf(e.getMessage()));
              } finally {
                unsettled.countDown();
              }
            },
            "cleat-connect-" + name);
    thread.setDaemon(true);
    connecting.put(name, thread);
    thread.start();
  }

  @Override
  public void close() {
    connecting.values().forEach(Thread::interrupt);
    long deadline = System.nanoTime() + CLOSE_NANOS;
    for (Thread thread : connecting.values()) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
