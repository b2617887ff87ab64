// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A connection without a wire: two ends, of which each receives what the other one sends. */
final class Wireless implements AutoCloseable {
  final End client = new End();
  final End server = new End();
  private final ExecutorService work = Executors.newCachedThreadPool();

  Wireless() {
    client.other = server;
    server.other = client;
  }

  @Override
  public void close() {
    client.close();
    work.shutdown();
  }

  final class End implements Connection {
    private final ExecutorService delivery = Executors.newSingleThreadExecutor();
    private final CompletableFuture<Receiver> receiver = new CompletableFuture<>();
    private End other = this;

    @Override
    public void start(Receiver newReceiver) {
      receiver.complete(newReceiver);
    }

    @Override
    public Receipt send(Message message) {
      other.deliver(message);
      return Connection.Receipt.SENT;
    }

    private void deliver(Message message) {
      delivery.execute(
          () -> {
            Runnable rest = receiver.join().received(message);
            if (rest != null) {
              work.execute(rest);
            }
          });
    }

    @Override
    public void close() {
      end();
      other.end();
    }

    private void end() {
      if (!delivery.isShutdown()) {
        delivery.execute(() -> receiver.join().ended("the other end was closed"));
        delivery.shutdown();
      }
    }
  }
}
