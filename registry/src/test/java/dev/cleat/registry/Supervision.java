// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A supervisor whose time and whose threads are in the hands of a test: what it gives to workers
 * waits for {@link #work}, and what it does later for {@link #pass}.
 */
final class Supervision implements AutoCloseable {
  /** One attempt to connect. */
  record Attempt(long atNanos, Namespace namespace, ClientDefinition definition) {}

  private static final Duration STEP = Duration.ofMillis(5);

  /** Whether somebody listens to all clients. */
  boolean listened;

  /** Whether timers fire though they are cancelled, as one does that has just become due. */
  boolean cancelledTooLate;

  /** Called in the thread that connects, when a client is current and nobody was told yet. */
  Consumer<Generation> onConnected = generation -> {};

  final ManualTime time = new ManualTime();
  final List<Attempt> attempts = new ArrayList<>();
  final Supervisor supervisor;
  final LoneClients clients;
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final Map<ClientDefinition, Supplier<McpClient>> servers = new HashMap<>();

  Supervision(RegistryConfig config) {
    clients =
        new LoneClients(
            new LoneClients.Nobody() {
              @Override
              public void connected(Generation generation) {
                onConnected.accept(generation);
              }

              @Override
              public boolean isListenedTo(Generation generation) {
                return listened;
              }

              @Override
              public void lost(Generation generation) {
                supervisor().lost(generation);
              }
            });
    supervisor =
        new Supervisor(
            config,
            clients,
            new Scripted(),
            new LateTime(),
            this::later,
            new Events(List.of(), Runnable::run, Duration.ZERO),
            Metering.NONE,
            new Random(7));
  }

  private Supervisor supervisor() {
    return supervisor;
  }

  /** The time of the test, whose timers may be cancelled too late. */
  private final class LateTime implements Time {
    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
      Runnable cancel = time.after(delay, task);
      return () -> {
        if (!cancelledTooLate) {
          cancel.run();
        }
      };
    }
  }

  /** Connects to what a test says is there. */
  private final class Scripted extends Connector {
    Scripted() {
      super(
          List.of(),
          Supervision.class.getClassLoader(),
          Limits.defaults(),
          ClientCapabilities.NONE);
    }

    @Override
    McpClient connect(Namespace namespace, ClientDefinition definition) {
      synchronized (attempts) {
        attempts.add(new Attempt(time.nanos(), namespace, definition));
      }
      Supplier<McpClient> server = servers.get(definition);
      if (server == null) {
        throw new IllegalStateException("No server is scripted for " + definition);
      }
      return server.get();
    }
  }

  /** A server that refuses every connection. */
  static Supplier<McpClient> refusing(String why) {
    return () -> {
      throw new McpException.ConnectFailed(why, null);
    };
  }

  /** From now on, this happens to who connects there. */
  void script(ClientDefinition definition, Supplier<McpClient> server) {
    servers.put(definition, server);
  }

  private synchronized void later(Runnable task) {
    work.add(task);
  }

  private synchronized Runnable next() {
    return work.poll();
  }

  /** Does what the workers have to do, in this thread. */
  void work() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  /** Takes one task of the workers, to be run by the test. */
  Runnable takeWork() {
    Runnable task = next();
    if (task == null) {
      throw new IllegalStateException("There is nothing to do");
    }
    return task;
  }

  /** Lets time pass, with workers who are never late. */
  void pass(Duration duration) {
    work();
    Duration left = duration;
    while (!left.isZero()) {
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      time.advance(step);
      work();
      left = left.minus(step);
    }
  }

  /** The client that a call would get now. */
  McpClient current(Namespace namespace) {
    Generation held = clients.hold(namespace);
    held.release();
    return held.client();
  }

  RegistrySnapshot.ClientView view(String namespace) {
    return new Views(clients, supervisor, time).snapshot().client(namespace).orElseThrow();
  }

  @Override
  public void close() {
    supervisor.stop();
    clients.close();
  }
}
