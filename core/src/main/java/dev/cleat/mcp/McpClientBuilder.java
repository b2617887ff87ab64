// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static java.util.Objects.requireNonNull;

import dev.cleat.ClientCapabilities;
import dev.cleat.ClientFeatures;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Describes a client; see {@link McpClient#over}. */
public final class McpClientBuilder {
  final Supplier<Connection> connections;
  Limits limits = Limits.defaults();
  ClientFeatures features = ClientFeatures.NONE;
  ClientCapabilities callersAnswer = ClientCapabilities.NONE;
  String name = "cleat";
  String version = Version.CURRENT;
  Optional<EraMemory> memory = Optional.empty();
  String peerKey = "";
  boolean handshakeOnly;

  /** Runs something after so many milliseconds. Another one in tests, which wait for nothing. */
  BiConsumer<Runnable, Long> later =
      (task, millis) ->
          CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(task);

  /** Looks at the time limits of calls that no thread waits for. */
  Deadlines.Timer timer = Deadlines.Timer.SHARED;

  /** Runs what may take time and belongs to no thread of a connection. */
  Executor aside = new CompletableFuture<Void>().defaultExecutor();

  McpClientBuilder(Supplier<Connection> connections) {
    this.connections = requireNonNull(connections);
  }

  /** Bounds other than the defaults. */
  public McpClientBuilder limits(Limits newLimits) {
    limits = requireNonNull(newLimits);
    return this;
  }

  /**
   * Answers what the server asks when no single call is known to be the cause. A call's own
   * listener comes first.
   */
  public McpClientBuilder features(ClientFeatures answers) {
    features = requireNonNull(answers);
    return this;
  }

  /**
   * Says what the listeners of calls may be able to answer, beyond {@link #features}. Servers of
   * the older era are told so once, while connecting, and ask for nothing else; those of the newer
   * era are told with each call what its listener can do.
   */
  public McpClientBuilder callersAnswer(ClientCapabilities capabilities) {
    callersAnswer = requireNonNull(capabilities);
    return this;
  }

  /** Who it says it is. */
  public McpClientBuilder name(String newName, String newVersion) {
    name = requireNonNull(newName);
    version = requireNonNull(newVersion);
    return this;
  }

  /**
   * Remembers which era the server speaks, so that the next connection to it need not find out.
   *
   * @param key names the server: its origin, or its command
   */
  public McpClientBuilder remembers(EraMemory eras, String key) {
    memory = Optional.of(eras);
    peerKey = requireNonNull(key);
    return this;
  }

  /**
   * Speaks only the older era, which begins with a handshake: for servers that fail over anything
   * else, and for tests.
   */
  public McpClientBuilder handshakeOnly() {
    handshakeOnly = true;
    return this;
  }

  /**
   * Connects.
   *
   * @throws McpException.ConnectFailed when that does not succeed within {@link
   *     Limits#connectTimeout}; nothing is left behind then
   */
  public McpClient connect() {
    return ClientHandshake.connect(this);
  }
}
