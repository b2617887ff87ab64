// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.TransportProvider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Servers that a registry starts by itself, as it does processes: each definition is the name of
 * one, and each connection starts another one of that name. They speak the real protocol, keep
 * count, and do what a test tells them to.
 */
final class Upstreams implements TransportProvider, AutoCloseable {
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "test-upstream");
            thread.setDaemon(true);
            return thread;
          });
  private final List<Upstream> opened = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> onOpen = name -> {};
  private volatile String startDeaf = "";

  static ClientDefinition definition(String name) {
    return ClientDefinition.command(name);
  }

  /** Does something, such as waiting or throwing, whenever one is to be started. */
  Upstreams onOpen(Consumer<String> hook) {
    onOpen = hook;
    return this;
  }

  /** Those of that name hear nothing from their start on. */
  void startDeaf(String name) {
    startDeaf = name;
  }

  /** All that were ever started, in that order. */
  List<Upstream> opened() {
    return opened;
  }

  /** The one that was started last. */
  Upstream last() {
    return opened.get(opened.size() - 1);
  }

  /** How many run. */
  long running() {
    return opened.stream().filter(upstream -> !upstream.ended.get()).count();
  }

  @Override
  public String name() {
    return "upstreams";
  }

  @Override
  public boolean handles(ClientDefinition definition) {
    return definition.command().isPresent();
  }

  @Override
  public Connection open(String label, ClientDefinition definition, Limits limits) {
    String name = definition.command().orElseThrow();
    onOpen.accept(name);
    Upstream upstream = new Upstream(name);
    upstream.hears(!name.equals(startDeaf));
    opened.add(upstream);
    threads.execute(upstream::serve);
    return upstream.clientEnd;
  }

  @Override
  public void close() {
    opened.forEach(upstream -> upstream.end("the test is over"));
    threads.shutdown();
  }

  /** One server with its only connection. */
  final class Upstream {
    private final String name;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch go = new CountDownLatch(1);
    private final End clientEnd = new End();
    private final End serverEnd = new End();
    private final AtomicBoolean deaf = new AtomicBoolean();
    private volatile Consumer<Message> beforeSend = message -> {};

    /** Calls that it was asked for, by its own count. */
    final AtomicInteger calls = new AtomicInteger();

    /** Requests of any kind that reached it, or would have if it could hear. */
    final AtomicInteger requests = new AtomicInteger();

    final CountDownLatch called = new CountDownLatch(1);

    private Upstream(String name) {
      this.name = name;
    }

    private void serve() {
      try (McpServer server =
          McpServer.builder()
              .name(name, "1")
              .tool(tool("echo", (call, context) -> ToolResult.text(name)))
              .tool(tool("hold", (call, context) -> hold()))
              .build()) {
        server.serve(serverEnd);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private ServedTool tool(String tool, ToolHandler handler) {
      return Tool.named(tool)
          .readOnly()
          .handles(
              Schema.anyObject(),
              (call, context) -> {
                calls.incrementAndGet();
                called.countDown();
                return handler.handle(call, context);
              });
    }

    private ToolResult hold() throws InterruptedException {
      go.await();
      return ToolResult.text(name);
    }

    /** Lets those go on who hold. */
    void letGo() {
      go.countDown();
    }

    /** Whether it hears what is said to it; it lives all the same. */
    void hears(boolean hears) {
      deaf.set(!hears);
    }

    /** Does something, such as waiting, in the thread of whoever sends. */
    void beforeSend(Consumer<Message> hook) {
      beforeSend = hook;
    }

    /** It is gone at once, with all that it was doing. */
    void end(String reason) {
      if (ended.compareAndSet(false, true)) {
        clientEnd.ended(reason);
        serverEnd.ended(reason);
      }
    }

    boolean isRunning() {
      return !ended.get();
    }

    @Override
    public String toString() {
      return name;
    }

    /** One end of the connection; what is sent at the other one is delivered here, in order. */
    private final class End implements Connection {
      private final AtomicReference<@Nullable Receiver> receiver = new AtomicReference<>();
      private final ExecutorService delivery =
          Executors.newSingleThreadExecutor(
              task -> {
                Thread thread = new Thread(task, "test-upstream-delivery");
                thread.setDaemon(true);
                return thread;
              });
      private final CountDownLatch started = new CountDownLatch(1);
      private final AtomicBoolean told = new AtomicBoolean();

      @Override
      public void start(Receiver newReceiver) {
        receiver.set(newReceiver);
        started.countDown();
        if (ended.get()) {
          tellEnd(newReceiver, "it is gone");
        }
      }

      private void tellEnd(Receiver to, String reason) {
        if (told.compareAndSet(false, true)) {
          to.ended(reason);
        }
      }

      @Override
      public Receipt send(Message message) {
        beforeSend.accept(message);
        if (ended.get()) {
          throw new McpException.NotSent("The server is gone.");
        }
        if (this == serverEnd) {
          clientEnd.deliver(message);
        } else {
          if (message instanceof Message.Request) {
            requests.incrementAndGet();
          }
          if (!deaf.get()) {
            serverEnd.deliver(message);
          }
        }
        return Connection.Receipt.SENT;
      }

      private void deliver(Message message) {
        try {
          delivery.execute(
              () -> {
                Runnable work = receiver().received(message);
                if (work != null) {
                  threads.execute(work);
                }
              });
        } catch (RejectedExecutionException over) {
          // It is gone, and what was said to it last with it.
        }
      }

      private Receiver receiver() {
        Aside.hold(started);
        return requireNonNull(receiver.get());
      }

      private void ended(String reason) {
        delivery.execute(
            () -> {
              if (started.getCount() == 0) {
                tellEnd(receiver(), reason);
              }
            });
        delivery.shutdown();
      }

      @Override
      public void close() {
        end("it was closed");
      }
    }
  }
}
