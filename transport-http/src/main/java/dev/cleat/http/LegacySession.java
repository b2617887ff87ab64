// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One session of the older era: the connection of a client that has sent {@code initialize}.
 *
 * <p>A request is answered on its own POST; what belongs to none goes to the stream that the client
 * opens with GET. A client that loses a stream has not cancelled anything: what it missed is kept,
 * within bounds, until it comes back.
 *
 * <p><b>Threads.</b> One lock guards the state. Nothing is written, nor is the receiver called,
 * while it is held.
 */
final class LegacySession implements Connection, Watch.Watched {
  /** From this revision on clients know of events that carry nothing but an id. */
  private static final String RESUMING = "2025-11-25";

  private final McpEndpoint endpoint;
  private final String id;
  private final String principal;
  private @Nullable Receiver receiver;

  // Guarded by the monitor of this.
  private final Map<Object, SessionCall> calls = new HashMap<>();
  private final Map<Integer, SessionStream> streams = new HashMap<>();
  private final ReplayBuffer replay;
  private final SessionStream unsolicited;
  private int lastStream = SessionStream.UNSOLICITED;
  private boolean over;
  private String revision = "";

  private volatile long lastUsed = System.nanoTime();

  LegacySession(McpEndpoint endpoint, String id, String principal, AtomicLong replayedBytes) {
    this.endpoint = endpoint;
    this.id = id;
    this.principal = principal;
    replay = new ReplayBuffer(endpoint.limits(), replayedBytes);
    unsolicited = new SessionStream(SessionStream.UNSOLICITED, replay);
    streams.put(SessionStream.UNSOLICITED, unsolicited);
  }

  String id() {
    return id;
  }

  @Override
  public String principal() {
    return principal;
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
  }

  /** Serves a request that came by POST. */
  void request(ServerExchange exchange, Message.Request request) {
    lastUsed = System.nanoTime();
    SessionCall call =
        new SessionCall(exchange, request.id(), request.method().equals(Protocol.INITIALIZE));
    Receiver to = receiver;
    boolean taken = false;
    synchronized (this) {
      if (to != null && !over) {
        taken = calls.putIfAbsent(request.id(), call) == null;
      }
    }
    if (to == null) {
      endpoint.refuse(exchange, Refusal.ending());
    } else if (!taken) {
      endpoint.refuse(exchange, Refusal.idInUse(request.id()));
    } else {
      Runnable work = to.received(request);
      call.untouched = false;
      if (work != null) {
        runOrForget(work, call);
      }
    }
  }

  private void runOrForget(Runnable work, SessionCall call) {
    try {
      work.run();
    } catch (RuntimeException | Error fault) {
      // The container answers it; nothing may be left that waits for an answer of ours.
      synchronized (this) {
        calls.remove(call.requestId, call);
      }
      throw fault;
    }
  }

  /** Takes anything else that came by POST. */
  void deliver(ServerExchange exchange, Message message) {
    lastUsed = System.nanoTime();
    Receiver to = receiver;
    Runnable work = to == null ? null : to.received(message);
    exchange.respond(McpEndpoint.ACCEPTED);
    if (work != null) {
      work.run();
    }
    if (message instanceof Message.Notification notification
        && notification.method().equals(Protocol.CANCELLED)) {
      withdraw(notification.params().get("requestId"));
    }
  }

  /** Ends the response of a request that was cancelled, and so gets no answer. */
  private void withdraw(@Nullable Object requestId) {
    SessionCall call;
    EventStream open = null;
    synchronized (this) {
      call = calls.remove(requestId);
      if (call != null) {
        SessionStream stream = call.stream;
        if (stream != null) {
          open = stream.detach();
          streams.remove(stream.number());
        }
      }
    }
    if (open != null) {
      open.end();
      open.pump();
    } else if (call != null && call.stream == null) {
      call.exchange.respond(McpEndpoint.ACCEPTED);
    }
  }

  /** Opens the stream for what belongs to no request, or goes on with one that was lost. */
  void listen(ServerExchange exchange, @Nullable String lastEventId) {
    lastUsed = System.nanoTime();
    EventStream replaced = null;
    EventStream opened = null;
    if (endpoint.slots().take()) {
      synchronized (this) {
        StreamPosition position = StreamPosition.parse(lastEventId);
        SessionStream stream = position == null || over ? null : streams.get(position.stream());
        if (position != null && stream != null) {
          replaced = stream.detach();
          opened = open(exchange, stream, position.event());
        }
      }
      if (opened == null) {
        endpoint.slots().release();
        endpoint.refuse(exchange, Refusal.noSuchStream());
      }
    } else {
      endpoint.refuse(exchange, Refusal.noStreamLeft(endpoint.limits(), Optional.empty()));
    }
    if (replaced != null) {
      replaced.end();
      replaced.pump();
    }
    if (opened != null) {
      opened.pump();
    }
  }

  /** Under the lock, with a slot taken. */
  private EventStream open(ServerExchange exchange, SessionStream stream, long after) {
    StreamLoss loss = new StreamLoss(this, stream);
    EventStream opened =
        new EventStream(exchange, endpoint.limits().maxQueuedBytes(), endpoint.slots(), loss);
    loss.response = opened;
    stream.attach(opened, after, revision.compareTo(RESUMING) >= 0);
    return opened;
  }

  @Override
  public Receipt send(Message message) {
    byte[] json = MessageCodec.encode(message, endpoint.maxMessageBytes());
    if (message instanceof Message.Response response) {
      answer(response.id(), json, Refusal.OK, response);
    } else if (message instanceof Message.ErrorResponse error) {
      error.id().ifPresent(requestId -> answer(requestId, json, status(requestId, error), null));
    } else {
      EventStream to;
      synchronized (this) {
        needLife();
        to = unsolicited.add(json, false);
      }
      pump(to);
    }
    return Receipt.SENT;
  }

  @Override
  public Receipt send(Message message, Object requestId) {
    byte[] json = MessageCodec.encode(message, endpoint.maxMessageBytes());
    EventStream open = streamOf(requestId);
    if (open != null) {
      // Whether there is room again or it is lost meanwhile: what follows knows.
      boolean unused = open.awaitRoom();
    }
    EventStream to;
    synchronized (this) {
      needLife();
      SessionCall call = calls.get(requestId);
      SessionStream own = call == null ? null : call.stream;
      to = own == null ? unsolicited.add(json, false) : own.add(json, false);
    }
    pump(to);
    return Receipt.SENT;
  }

  /**
   * Closes the response that carries the stream of a running request, after telling the client when
   * to come back for the rest. Older clients, which do not come back, keep theirs.
   */
  @Override
  public void pause(Object requestId) {
    EventStream open = null;
    synchronized (this) {
      if (revision.compareTo(RESUMING) >= 0) {
        open = streamOf(requestId);
        SessionCall call = calls.get(requestId);
        SessionStream stream = call == null ? null : call.stream;
        if (stream != null) {
          open = stream.detach();
        }
        if (open != null) {
          open.offer(ServerSentEvents.retry(endpoint.limits().retryStream().toMillis()));
          open.end();
        }
      }
    }
    pump(open);
  }

  /** The open stream of a running request, begun if need be; null when there is none. */
  private synchronized @Nullable EventStream streamOf(Object requestId) {
    SessionCall call = calls.get(requestId);
    if (call == null) {
      return null;
    }
    SessionStream stream = call.stream;
    if (stream == null && endpoint.slots().take()) {
      lastStream++;
      stream = new SessionStream(lastStream, replay);
      streams.put(lastStream, stream);
      call.stream = stream;
      open(call.exchange, stream, StreamPosition.NEW);
    }
    return stream == null ? null : stream.open();
  }

  private void answer(
      Object requestId, byte[] json, int status, Message.@Nullable Response response) {
    SessionCall call;
    SessionStream stream;
    EventStream to = null;
    synchronized (this) {
      call = calls.remove(requestId);
      stream = call == null ? null : call.stream;
      if (stream != null) {
        to = stream.add(json, true);
        forgetReplayed();
      }
    }
    lastUsed = System.nanoTime();
    if (call == null) {
      return; // It was cancelled.
    }
    if (call.initialize) {
      agreed(call, response);
    }
    if (stream == null) {
      endpoint.respond(call.exchange, status, json);
    } else {
      pump(to);
    }
    if (call.initialize && response == null) {
      end("it was refused");
    }
  }

  private void agreed(SessionCall call, Message.@Nullable Response response) {
    if (response != null) {
      call.exchange.setHeader(HttpWire.SESSION_ID, id);
      synchronized (this) {
        revision = String.valueOf(response.result().get("protocolVersion"));
      }
    }
  }

  /** Drops ended streams of which nothing is kept any more. */
  private void forgetReplayed() {
    streams.values().removeIf(stream -> stream.isComplete() && !replay.has(stream.number()));
  }

  private synchronized int status(Object requestId, Message.ErrorResponse error) {
    SessionCall call = calls.get(requestId);
    return Refusal.sessionStatus(error.code(), call != null && call.untouched);
  }

  private void needLife() {
    if (over) {
      throw new McpException.NotSent("The session has ended");
    }
  }

  private static void pump(@Nullable EventStream stream) {
    if (stream != null) {
      stream.pump();
    }
  }

  @Override
  public void tick(long now) {
    long streamAfter = endpoint.limits().streamAfter().toNanos();
    List<Object> slow = new ArrayList<>();
    List<EventStream> open = new ArrayList<>();
    boolean idle;
    synchronized (this) {
      for (SessionCall call : calls.values()) {
        if (call.stream == null && now - call.began >= streamAfter) {
          slow.add(call.requestId);
        }
      }
      for (SessionStream stream : streams.values()) {
        EventStream response = stream.open();
        if (response != null) {
          open.add(response);
        }
      }
      idle = calls.isEmpty() && open.isEmpty();
    }
    slow.forEach(requestId -> pump(streamOf(requestId)));
    open.forEach(stream -> stream.keepAlive(now, endpoint.limits().keepAlive().toNanos()));
    if (idle && now - lastUsed >= endpoint.limits().sessionIdle().toNanos()) {
      end("it was idle for " + endpoint.limits().sessionIdle().toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    end("it was closed");
  }

  /** Ends the session: open responses are finished, and the receiver is told, once. */
  void end(String reason) {
    List<EventStream> open = new ArrayList<>();
    List<SessionCall> unanswered = new ArrayList<>();
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      for (SessionStream stream : streams.values()) {
        EventStream response = stream.detach();
        if (response != null) {
          open.add(response);
        }
      }
      calls.values().stream().filter(call -> call.stream == null).forEach(unanswered::add);
      calls.clear();
      streams.clear();
      replay.clear();
    }
    endpoint.sessions().remove(this);
    for (SessionCall call : unanswered) {
      endpoint.refuse(
          call.exchange,
          Refusal.of(
              Refusal.NOT_FOUND,
              Optional.of(call.requestId),
              HttpWire.HTTP_REFUSED,
              "The session has ended: " + reason + ". The request may have been executed."));
    }
    for (EventStream stream : open) {
      stream.end();
      stream.pump();
    }
    Receiver to = receiver;
    if (to != null) {
      to.ended(reason);
    }
  }
}
