// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request of the newer era: a connection that lives for it alone.
 *
 * <p>Answered by one JSON object, unless something else is said first or it takes long; then by an
 * event stream. When the client closes that, the request is cancelled.
 */
final class StatelessCall implements Connection, Watch.Watched {
  private enum State {
    /** Nothing has been written. */
    WAITING,
    /** An event stream is open. */
    STREAMING,
    /** Answered, or nobody is there to be answered. */
    DONE
  }

  private final McpEndpoint endpoint;
  private final ServerExchange exchange;
  private final Message.Request request;
  private final String principal;
  private final long began = System.nanoTime();
  private final AtomicBoolean endReported = new AtomicBoolean();
  private @Nullable Receiver receiver;

  // Guarded by the monitor of this; no I/O under it.
  private State state = State.WAITING;
  private @Nullable EventStream stream;
  private boolean slotTaken;

  // While the session has only looked at the request: what it refuses now, it has not executed.
  private volatile boolean untouched = true;

  StatelessCall(
      McpEndpoint endpoint, ServerExchange exchange, Message.Request request, String principal) {
    this.endpoint = endpoint;
    this.exchange = exchange;
    this.request = request;
    this.principal = principal;
  }

  /** Serves it: in this thread, or it has been handed to another when this returns. */
  void run() {
    if (request.method().equals(Protocol.LISTEN) && !reserveStream()) {
      endpoint.refuse(exchange, Refusal.noStreamLeft(endpoint.limits(), Optional.of(request.id())));
      return;
    }
    endpoint.server().accept(this);
    Receiver to = receiver;
    if (to == null) {
      return; // The server was closed; close() has answered.
    }
    Runnable work = to.received(request);
    untouched = false;
    // Also without work: a request to be told of changes is answered much later.
    if (!isDone()) {
      endpoint.watch().add(this);
      if (isDone()) {
        endpoint.watch().remove(this);
      }
    }
    if (work != null) {
      runOrForget(work);
    }
  }

  private void runOrForget(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error fault) {
      // The container answers it; nothing may be left that waits for an answer of ours.
      synchronized (this) {
        state = State.DONE;
      }
      endpoint.watch().remove(this);
      report("of a fault in this program");
      throw fault;
    }
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public Receipt send(Message message) {
    byte[] json = MessageCodec.encode(message, endpoint.maxMessageBytes());
    if (message instanceof Message.Response) {
      answer(json, Refusal.OK);
    } else if (message instanceof Message.ErrorResponse error) {
      answer(json, Refusal.statelessStatus(error.code(), untouched));
    } else if (message instanceof Message.Notification) {
      tell(json);
    } else {
      throw new McpException.NotSent("Servers of revision 2026-07-28 send no requests");
    }
    return Receipt.SENT;
  }

  private void answer(byte[] json, int status) {
    EventStream open;
    synchronized (this) {
      if (state == State.DONE) {
        throw gone();
      }
      state = State.DONE;
      open = stream;
      if (open != null) {
        open.offer(ServerSentEvents.message(json));
        open.end();
      }
    }
    endpoint.watch().remove(this);
    if (open != null) {
      open.pump();
    } else {
      releaseReserved();
      endpoint.respond(exchange, status, json);
    }
    report("it was answered");
  }

  private void tell(byte[] json) {
    EventStream open = openStream();
    if (open == null || !open.awaitRoom()) {
      throw gone();
    }
    synchronized (this) {
      if (state == State.DONE) {
        throw gone();
      }
      open.offer(ServerSentEvents.message(json));
    }
    open.pump();
  }

  private static McpException.NotSent gone() {
    return new McpException.NotSent(
        "The request has been answered, its client is gone, or no event stream is left");
  }

  /** The stream of this request, opened if need be; null when there cannot be one. */
  private synchronized @Nullable EventStream openStream() {
    if (state == State.WAITING && (slotTaken || reserveStream())) {
      slotTaken = false; // The stream gives it back.
      stream =
          new EventStream(
              exchange, endpoint.limits().maxQueuedBytes(), endpoint.slots(), this::cancel);
      state = State.STREAMING;
    }
    return state == State.STREAMING ? stream : null;
  }

  private synchronized boolean reserveStream() {
    slotTaken = endpoint.slots().take();
    return slotTaken;
  }

  private synchronized void releaseReserved() {
    if (slotTaken) {
      slotTaken = false;
      endpoint.slots().release();
    }
  }

  private synchronized boolean isDone() {
    return state == State.DONE;
  }

  /** The client has closed the stream, which is its way to cancel. */
  private void cancel() {
    synchronized (this) {
      if (state == State.DONE) {
        return;
      }
      state = State.DONE;
    }
    endpoint.watch().remove(this);
    Receiver to = receiver;
    if (to != null) {
      Map<String, Object> params =
          Map.of("requestId", request.id(), "reason", "the client has closed the stream");
      Runnable work = to.received(new Message.Notification(Protocol.CANCELLED, params));
      if (work != null) {
        work.run();
      }
    }
    report("the client has closed the stream");
  }

  @Override
  public void tick(long now) {
    EventStream open;
    boolean waiting;
    synchronized (this) {
      open = stream;
      waiting = state == State.WAITING;
    }
    if (waiting && now - began >= endpoint.limits().streamAfter().toNanos()) {
      open = openStream();
      if (open != null) {
        open.greet();
        open.pump();
      }
    } else if (open != null) {
      open.keepAlive(now, endpoint.limits().keepAlive().toNanos());
    }
  }

  @Override
  public String principal() {
    return principal;
  }

  @Override
  public void close() {
    if (!isDone()) {
      // Not answered so far, so the server is being closed.
      try {
        send(
            new Message.ErrorResponse(
                Optional.of(request.id()),
                Protocol.SHUTTING_DOWN,
                "This server is ending."
                    + (untouched
                        ? " Nothing was executed."
                        : " The request may have been executed."),
                Optional.empty()));
      } catch (McpException.NotSent answeredMeanwhile) {
        // As it should be.
      }
    }
    report("it was closed");
  }

  private void report(String reason) {
    Receiver to = receiver;
    if (to != null && endReported.compareAndSet(false, true)) {
      to.ended(reason);
    }
  }
}
