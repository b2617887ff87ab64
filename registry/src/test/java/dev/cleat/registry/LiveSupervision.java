// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * One supervised namespace with real time and real threads, and with clients that a test hands over
 * one after the other.
 */
final class LiveSupervision implements AutoCloseable {
  static final Namespace RAY = Namespace.of("ray");

  private final Background background = new Background();
  private final LoneClients clients;
  private final Supervisor supervisor;
  private final Calls calls;
  private volatile Supplier<McpClient> next;
  private ClientDefinition definition = ClientDefinition.command("server");

  LiveSupervision() {
    clients =
        new LoneClients(
            new LoneClients.Nobody() {
              @Override
              public void lost(Generation generation) {
                supervisor().lost(generation);
              }
            });
    RegistryConfig config =
        RegistryConfig.builder()
            .reconnectDelay(Duration.ofMillis(1))
            .wakeSpacing(Duration.ofHours(1))
            .build();
    supervisor =
        new Supervisor(
            config,
            clients,
            new HandedOver(),
            background,
            background::soon,
            new Events(List.of(), background.workers(), Duration.ZERO),
            Metering.NONE,
            new Random(7));
    calls =
        new Calls(
            clients,
            supervisor,
            background,
            Metering.NONE,
            config.maxResends(),
            Duration.ofMinutes(1));
  }

  private Supervisor supervisor() {
    return supervisor;
  }

  private final class HandedOver extends Connector {
    HandedOver() {
      super(
          List.of(),
          LiveSupervision.class.getClassLoader(),
          Limits.defaults(),
          ClientCapabilities.NONE);
    }

    @Override
    McpClient connect(Namespace namespace, ClientDefinition wanted) {
      return next.get();
    }
  }

  void limitCallsToOne() {
    definition = ClientDefinition.builder().command("server").maxConcurrentCalls(1).build();
  }

  void register(McpClient client) {
    next(client);
    supervisor.register(RAY, definition);
  }

  void replaceBy(McpClient client) {
    register(client);
  }

  void next(McpClient client) {
    next = () -> client;
  }

  void nextFails(String why) {
    next =
        () -> {
          throw new McpException.ConnectFailed(why, null);
        };
  }

  /** What connects next does not come to an end until it is let. */
  CountDownLatch nextNever() {
    CountDownLatch go = new CountDownLatch(1);
    next =
        () -> {
          Aside.hold(go);
          throw new McpException.ConnectFailed("It was let go.", null);
        };
    return go;
  }

  /** What connects next is there once it is let. */
  void nextAfter(CountDownLatch go, CountDownLatch connecting, McpClient client) {
    next =
        () -> {
          connecting.countDown();
          Aside.hold(go);
          return client;
        };
  }

  /** A source wants it. */
  void want(ClientDefinition wanted) {
    supervisor.want(RAY, wanted, this);
  }

  /** What a gateway serves. */
  ToolSet toolSet() {
    return new RegistryToolSet(
        clients, calls, new Views(clients, supervisor, background), background);
  }

  void remove() {
    boolean unused = supervisor.remove(RAY, Optional.empty());
  }

  ToolResult call(ToolCall call) {
    return calls.call(RAY, call);
  }

  CompletableFuture<ToolResult> callAsync(ToolCall call) {
    return RoutedCall.start(calls, RAY, call);
  }

  private RegistrySnapshot.ClientView view() {
    return new Views(clients, supervisor, background).snapshot().client("ray").orElseThrow();
  }

  long generation() {
    return view().generation();
  }

  int inFlight() {
    return view().inFlight();
  }

  int queued() {
    return view().queued();
  }

  void await(State state) {
    Aside.until("it is " + state, () -> view().state() == state);
  }

  @Override
  public void close() {
    supervisor.stop();
    clients.close();
    background.close();
  }
}
