// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static java.util.Objects.requireNonNull;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import io.modelcontextprotocol.client.McpSyncClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 * that our client gives up is interrupted, which makes the SDK forget it; the server is told where
 * the transport is ours to listen to, because the SDK does not.
 */
final class SdkConnection implements Connection {
  private static final Logger LOG = System.getLogger(SdkConnection.class.getName());
  private static final long IDLE_SECONDS = 30;

  private final McpSyncClient client;
  private final SdkInbox inbox;
  private final SdkRequests requests;
  private final ThreadPoolExecutor threads;
  private final int maxThreads;

  // What our client waits for. Whoever takes a request out of it sees to its end.
  private final Map<Object, Call> running = new ConcurrentHashMap<>();

  // Requests that have a thread or are about to get one, at most maxThreads. Counted down before
  // the
  // answer goes out, so that who makes one request after the other never meets the bound.
  private final AtomicInteger withThread = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean endTold = new AtomicBoolean();
  private volatile @Nullable Receiver receiver;

  /**
   * @param maxThreads how many requests may run at once; further ones are not sent
   */
  SdkConnection(McpSyncClient client, SdkInbox inbox, SdkJson json, int maxThreads) {
    this.client = client;
    this.inbox = inbox;
    this.maxThreads = maxThreads;
    requests = new SdkRequests(client, json);
    AtomicInteger number = new AtomicInteger();
    // As many threads as there are requests, which are counted.
    threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
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
    return Receipt.SENT;
  }

  private Receipt request(Message.Request request) {
    if (withThread.incrementAndGet() > maxThreads) {
      withThread.decrementAndGet();
      throw new McpException.NotSent(
          "There are "
              + maxThreads
              + " requests running through the SDK's client already. Raise"
              + " Limits.maxHandlerThreads for more.");
    }
    Call call = new Call(request);
    running.put(request.id(), call);
    try {
      threads.execute(call);
    } catch (RejectedExecutionException closing) {
      running.remove(request.id());
      withThread.decrementAndGet();
      throw new McpException.NotSent("The SDK's client is closed.");
    }
    return call;
  }

  private void notified(Message.Notification notification) {
    if (notification.method().equals("notifications/cancelled")) {
      Object id = notification.params().get("requestId");
      Call call = id == null ? null : running.remove(id);
      if (call != null) {
        call.giveUp();
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
    private final Message.Request request;

    // Guarded by this. The thread is there while the SDK's client is at work, and only then may be
    // interrupted.
    private boolean begun;
    private boolean givenUp;
    private @Nullable Thread thread;
    private @Nullable Object sdkId;

    Call(Message.Request request) {
      this.request = request;
    }

    @Override
    public void run() {
      Receiver to = receiver;
      Message answer = null;
      Loss loss = null;
      try {
        if (to == null || !begins()) {
          return;
        }
        answer =
            new Message.Response(
                request.id(), inbox.naming(this::named, () -> requests.answer(request)));
      } catch (RuntimeException | Error trouble) {
        LOG.log(Level.DEBUG, () -> request.method() + " through the SDK failed", trouble);
        loss = Loss.of(trouble);
        answer =
            Refusals.errorIn(trouble)
                .map(error -> Refusals.answer(request.id(), error))
                .orElse(null);
      } finally {
        leaves();
        withThread.decrementAndGet();
      }
      // Unless our client has given it up, after which its answer is nobody's.
      if (running.remove(request.id(), this)) {
        tell(to, answer, loss);
      }
    }

    private void tell(Receiver to, @Nullable Message answer, @Nullable Loss loss) {
      if (loss == null || (answer != null && loss.sent())) {
        Delivered.deliver(to, requireNonNull(answer));
        return;
      }
      to.lost(request.id(), loss.sent(), loss.reason());
      if (loss.sessionOver() && !closed.get()) {
        end("the SDK's client was closed");
      }
    }

    private synchronized boolean begins() {
      if (givenUp) {
        return false;
      }
      begun = true;
      thread = Thread.currentThread();
      return true;
    }

    private synchronized void leaves() {
      thread = null;
      // What came too late is not for the next request in this thread.
      boolean unused = Thread.interrupted();
    }

    private synchronized void named(Object id) {
      sdkId = id;
    }

    void giveUp() {
      Object toCancel = interrupt();
      if (toCancel != null) {
        inbox.cancel(toCancel);
      }
    }

    private synchronized @Nullable Object interrupt() {
      givenUp = true;
      if (thread == null) {
        return null;
      }
      thread.interrupt();
      return sdkId;
    }

    @Override
    public synchronized boolean sent() {
      return begun;
    }

    @Override
    public synchronized boolean withdraw() {
      if (begun) {
        return false;
      }
      givenUp = true;
      running.remove(request.id(), this);
      return true;
    }
  }
}
