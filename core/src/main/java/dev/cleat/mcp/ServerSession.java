// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one connection.
 *
 * <p>How it ends: (1) the peer closes its side, or {@link #refuseCalls} is called: no new call
 * starts; (2) the running ones are awaited; (3) what is left is cancelled, which interrupts the
 * handlers; (4) the connection is closed.
 */
final class ServerSession implements Connection.Receiver {
  private static final Logger LOG = System.getLogger(ServerSession.class.getName());

  /** A user may think for so long before a question is taken as unanswered. */
  private static final Duration ASK_LIMIT = Duration.ofMinutes(10);

  private final Connection connection;
  private final ServerSettings settings;
  private final ServerDispatch dispatch;
  private final Subscriptions subscriptions;
  private final PendingRequests asked;
  private final Replies replies;
  private final CountDownLatch inputEnded = new CountDownLatch(1);

  private final CallsInFlight inFlight = new CallsInFlight();
  private final CallRuns runs;

  // Told when the peer is gone.
  private final Consumer<ServerSession> onEnd;

  /**
   * @param slowNanos how long a call may keep the thread that delivered it; what may take longer
   *     gets its own
   */
  ServerSession(
      Connection connection,
      ServerSettings settings,
      long slowNanos,
      Consumer<ServerSession> onEnd) {
    this.connection = connection;
    this.onEnd = onEnd;
    this.settings = settings;
    dispatch = new ServerDispatch(settings);
    subscriptions =
        new Subscriptions(settings.limits().maxSubscriptions(), settings.catalogs().interest());
    asked = new PendingRequests(connection);
    replies = new Replies(connection);
    runs = new CallRuns(this, settings, dispatch, inFlight, slowNanos);
  }

  void start() {
    connection.start(this);
  }

  /** Waits until the peer has closed its side and its calls are answered. */
  void awaitEnd() throws InterruptedException {
    inputEnded.await();
    drain(System.nanoTime() + settings.limits().shutdownGrace().toNanos());
  }

  void refuseCalls() {
    inFlight.refuse();
    subscriptions.end(this);
  }

  /** Waits for the running calls until the deadline, then cancels what is left. */
  void drain(long deadlineNanos) {
    inFlight.await(deadlineNanos);
    inFlight.forEach(this::abandon);
  }

  /** Interrupts a call that did not end in time, and says so to who waits for it. */
  private void abandon(Object id, RunningCall call) {
    if (call.cancel()) {
      replies.refuse(
          id,
          Protocol.SHUTTING_DOWN,
          "This server ended before the call did. It may have been executed in part.");
    }
  }

  void close() {
    inFlight.refuse();
    inFlight.forEach(this::abandon);
    connection.close();
    inputEnded.countDown();
    subscriptions.release();
  }

  @Override
  public @Nullable Runnable received(Message message) {
    if (message instanceof Message.Request request) {
      return receivedRequest(request);
    } else if (message instanceof Message.Notification notification) {
      if (notification.method().equals(Protocol.CANCELLED)) {
        Object id = notification.params().get("requestId");
        RunningCall call = id == null ? null : inFlight.find(id);
        if (call != null) {
          call.cancel();
        } else if (id != null) {
          subscriptions.cancel(id);
        }
      }
    } else if (message instanceof Message.Response response) {
      return asked.answered(response.id(), response);
    } else if (message instanceof Message.ErrorResponse error) {
      return asked.answered(PendingRequests.idOf(error.id()), error);
    }
    return null;
  }

  @Override
  public void malformed(Message.ErrorResponse deserved) {
    replies.send(deserved);
  }

  @Override
  public void ended(String reason) {
    inFlight.refuse();
    asked.end(reason);
    subscriptions.release();
    inputEnded.countDown();
    onEnd.accept(this);
  }

  /** Refuses a request, or returns what answers it. */
  private @Nullable Runnable receivedRequest(Message.Request request) {
    if (request.method().equals(Protocol.INITIALIZE) || request.method().equals(Protocol.LISTEN)) {
      // Agreed on before the next message is read, which may rely on it.
      answer(request);
      return null;
    }
    if (!ServerCalls.handles(request.method())) {
      return () -> answer(request);
    }
    RunningCall call = new RunningCall();
    if (inFlight.isRefusing()) {
      refuse(request, Protocol.SHUTTING_DOWN, "This server is ending and takes no new calls.");
    } else if (inFlight.count() >= settings.limits().maxCallsInFlight()) {
      refuse(
          request,
          Protocol.OVERLOADED,
          "There are "
              + settings.limits().maxCallsInFlight()
              + " calls running already, which is the limit. Call again when some have ended.");
    } else if (!inFlight.enter(request.id(), call)) {
      refuse(
          request,
          MessageCodec.INVALID_REQUEST,
          "The id " + request.id() + " belongs to a call that is still running.");
    } else {
      return () -> runs.start(request, call);
    }
    return null;
  }

  private void answer(Message.Request request) {
    try {
      Optional<Map<String, Object>> forAnybody = dispatch.answerAnybody(request);
      if (forAnybody.isPresent()) {
        replies.send(new Message.Response(request.id(), forAnybody.get()));
        return;
      }
      Asker asker = dispatch.asker(request);
      switch (request.method()) {
        case Protocol.LISTEN:
          listen(request, asker);
          break;
        case Wire.RESOURCES_SUBSCRIBE:
          mustSubscribe(request, asker);
          subscriptions.subscribe(request, replies);
          break;
        case Wire.RESOURCES_UNSUBSCRIBE:
          mustSubscribe(request, asker);
          subscriptions.unsubscribe(request.params());
          replies.send(new Message.Response(request.id(), Map.of()));
          break;
        default:
          replies.send(
              new Message.Response(
                  request.id(),
                  dispatch.finished(dispatch.answer(request, asker), "complete", asker)));
      }
    } catch (McpException.Protocol refused) {
      replies.refuse(request.id(), refused);
    } catch (RuntimeException fault) {
      refuseAfter(fault, request);
    }
  }

  /** Of the older era; the newer one listens. */
  private void mustSubscribe(Message.Request request, Asker asker) {
    if (asker.isStateless()) {
      throw ServerDispatch.methodNotFound(request.method());
    }
    dispatch.mustOffer(Catalog.RESOURCES, request);
  }

  private void listen(Message.Request request, Asker asker) {
    if (!asker.isStateless()) {
      throw ServerDispatch.methodNotFound(request.method());
    }
    if (inFlight.isRefusing()) {
      refuse(request, Protocol.SHUTTING_DOWN, "This server is ending.");
      return;
    }
    subscriptions.listen(this, request, settings.catalogs().offered());
    if (inFlight.isRefusing()) {
      subscriptions.end(this);
    }
  }

  /** A tool set that fails ends one request and not the connection. */
  void refuseAfter(Throwable fault, Message.Request request) {
    LOG.log(Level.ERROR, () -> settings.name() + ": a fault in " + request.method(), fault);
    refuse(request, Protocol.INTERNAL_ERROR, "A fault of this server. Its log has the details.");
  }

  void refuse(Message.Request request, int code, String why) {
    replies.refuse(request.id(), code, why);
  }

  Replies replies() {
    return replies;
  }

  void changed(Catalog catalog) {
    subscriptions.changed(this, dispatch.hasHandshake(), catalog);
  }

  void updated(String resourceUri) {
    subscriptions.updated(this, resourceUri);
  }

  /** The last word to a client that listens. */
  void answerListen(Object id) {
    Map<String, Object> tag = Map.of(Protocol.META, Map.of(Wire.META_SUBSCRIPTION, id));
    replies.send(new Message.Response(id, dispatch.stamped(tag, "complete")));
  }

  /** Who the peer has proved to be. */
  String principal() {
    return connection.principal();
  }

  void pause(Object requestId) {
    connection.pause(requestId);
  }

  boolean assumesYes() {
    return settings.assumeYes();
  }

  /** Asks the client something while it waits for that request, which only the older era allows. */
  Map<String, Object> ask(String method, Map<String, Object> params, Object requestId) {
    return asked.call(asked.newId(), method, method, params, ASK_LIMIT, true, requestId);
  }
}
