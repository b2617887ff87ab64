// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The session of an SDK client that is initialised, as a connection for ours: our client's requests
 * become calls of the SDK's client, and what those return becomes answers.
 *
 * <p><b>Threads.</b> The SDK's client blocks, so each request has a thread while it runs. A request
 * that our client gives up is interrupted, which makes the SDK forget it; the SDK tells the server
 * nothing.
 */
final class SdkConnection implements Connection {
  private static final Logger LOG = System.getLogger(SdkConnection.class.getName());
  private static final long IDLE_SECONDS = 30;

  private final McpSyncClient client;
  private final SdkInbox inbox;
  private final SdkRequests requests;
  private final ThreadPoolExecutor threads;
  private final Map<Object, FutureTask<?>> running = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean endTold = new AtomicBoolean();
  private volatile @Nullable Receiver receiver;

  /**
   * @param maxThreads how many requests may run at once; further ones are not sent
   */
  SdkConnection(McpSyncClient client, SdkInbox inbox, SdkJson json, int maxThreads) {
    this.client = client;
    this.inbox = inbox;
    requests = new SdkRequests(client, json);
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            0,
            maxThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "cleat-mcp-sdk-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void start(Receiver to) {
    receiver = to;
    inbox.attach(to);
  }

  @Override
  public Receipt send(Message message) {
    if (closed.get()) {
      throw new McpException.NotSent("The SDK's client is closed.");
    }
    if (message instanceof Message.Request request) {
      return request(request);
    } else if (message instanceof Message.Notification notification) {
      notified(notification);
    } else {
      inbox.answered(message);
    }
    return Delivered.DELIVERED;
  }

  private Receipt request(Message.Request request) {
    Call call = new Call(request);
    FutureTask<?> task = new FutureTask<>(call, null);
    running.put(request.id(), task);
    try {
      threads.execute(task);
    } catch (RejectedExecutionException full) {
      running.remove(request.id());
      throw new McpException.NotSent(
          closed.get()
              ? "The SDK's client is closed."
              : "There are "
                  + threads.getMaximumPoolSize()
                  + " requests running through the SDK's client already. Raise"
                  + " Limits.maxHandlerThreads for more.");
    }
    return call;
  }

  private void notified(Message.Notification notification) {
    if (notification.method().equals("notifications/cancelled")) {
      Object id = notification.params().get("requestId");
      FutureTask<?> task = id == null ? null : running.remove(id);
      if (task != null) {
        task.cancel(true);
      }
    }
    // That it is initialised the SDK has said itself. It has a way to say no other.
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    // Bounded by the SDK: ten seconds.
    if (!client.closeGracefully()) {
      LOG.log(Level.DEBUG, "The SDK's client did not close in time");
      client.close();
    }
    inbox.end();
    threads.shutdownNow();
    end("it was closed");
  }

  private void end(String reason) {
    Receiver to = receiver;
    if (to != null && endTold.compareAndSet(false, true)) {
      to.ended(reason);
    }
  }

  /** One request on its way. */
  private final class Call implements Runnable, Receipt {
    // Whoever sets it decides: this call begins, or it never does.
    private final AtomicBoolean decided = new AtomicBoolean();
    private volatile boolean begun;
    private final Message.Request request;

    Call(Message.Request request) {
      this.request = request;
    }

    @Override
    public void run() {
      Receiver to = receiver;
      if (to == null || !decided.compareAndSet(false, true)) {
        return;
      }
      begun = true;
      try {
        Map<String, Object> result = requests.answer(request);
        deliver(to, new Message.Response(request.id(), result));
      } catch (RuntimeException trouble) {
        failed(to, trouble);
      }
    }

    private void failed(Receiver to, RuntimeException trouble) {
      Optional<JSONRPCError> error = Refusals.errorIn(trouble);
      Loss loss = Loss.of(trouble);
      if (error.isPresent() && loss.sent()) {
        deliver(to, Refusals.answer(request.id(), error.get()));
      } else if (running.remove(request.id()) != null) {
        LOG.log(Level.DEBUG, () -> request.method() + " through the SDK failed", trouble);
        to.lost(request.id(), loss.sent(), loss.reason());
        if (loss.sessionOver() && !closed.get()) {
          end("the SDK's client was closed");
        }
      }
    }

    /** Unless our client has given the request up, after which its answer is nobody's. */
    private void deliver(Receiver to, Message answer) {
      if (running.remove(request.id()) != null) {
        Delivered.deliver(to, answer);
      }
    }

    @Override
    public boolean sent() {
      return begun;
    }

    @Override
    public boolean withdraw() {
      if (decided.compareAndSet(false, true)) {
        running.remove(request.id());
        return true;
      }
      return false;
    }
  }
}
