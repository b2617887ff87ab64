// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.MessageCodec;
import dev.cleat.spi.Protocol;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of MCP over HTTP: each message is a POST of its own.
 *
 * <p>A request that carries its revision is of the newer era; {@code initialize} begins the older
 * one. So one connection can first ask in the newer era and then begin a session in the older.
 *
 * <p><b>Threads.</b> Senders write in their own thread. Answers are delivered by the thread that
 * reads the sockets; what may take longer, by others. {@code notifications/initialized} is waited
 * for until the server has it, because what is sent next may overtake it on another socket.
 */
final class HttpConnection implements Connection {
  static final String TOOLS_LIST = "tools/list";

  private static final Logger LOG = System.getLogger(HttpConnection.class.getName());
  private static final String INITIALIZED = "notifications/initialized";

  /** How long the end of a connection may take. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final String label;
  private final Endpoint endpoint;
  private final SharedHttpClient shared;
  private final Limits limits;
  private final HttpClient client;
  private final Inbox inbox;
  private final RequestHeaders requestHeaders;

  // Requests whose answer may still come, by id.
  private final Map<Object, Exchange> inFlight = new ConcurrentHashMap<>();
  // All HTTP that runs, to be aborted at the end.
  private final Set<Request> running = ConcurrentHashMap.newKeySet();
  // Bytes that may wait to be written.
  private final Semaphore room;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();

  // Why nothing can be sent any more; null while it can.
  private volatile @Nullable String over;
  // Whether a session of the older era has been begun.
  private volatile boolean older;
  // Whether the server speaks the oldest revision, with all its answers on one stream.
  private volatile boolean answersOnStream;
  private final AtomicBoolean fellBack = new AtomicBoolean();

  HttpConnection(String label, Endpoint endpoint, SharedHttpClient shared, Limits limits) {
    this.label = label;
    this.endpoint = endpoint;
    this.shared = shared;
    this.limits = limits;
    requestHeaders = new RequestHeaders(label, limits.maxTools());
    room = new Semaphore(limits.maxQueuedBytes());
    inbox = new Inbox(label, limits.maxCallsInFlight(), limits.maxHandlerThreads());
    client = shared.acquire();
  }

  @Override
  public void start(Receiver newReceiver) {
    inbox.start(newReceiver);
  }

  @Override
  public Receipt send(Message message) {
    String reason = over;
    if (reason != null) {
      throw ended(reason);
    }
    byte[] json = MessageCodec.encode(message, limits.maxMessageBytes());
    if (message instanceof Message.Request request) {
      return sendRequest(request, json);
    }
    if (message instanceof Message.Notification notification) {
      return sendNotification(notification, json);
    }
    // In the newer era servers ask nothing, so there is nothing to answer.
    return older ? notice(json, Map.of()).receipt() : Departure.SETTLED;
  }

  private McpException.NotSent ended(String reason) {
    return new McpException.NotSent("The connection to " + label + " has ended: " + reason);
  }

  private Receipt sendRequest(Message.Request request, byte[] json) {
    if (inFlight.size() >= limits.maxCallsInFlight()) {
      throw new McpException.NotSent(
          "There are "
              + limits.maxCallsInFlight()
              + " requests to "
              + label
              + " in flight already, which is the limit. Call again when some have ended.");
    }
    boolean modern = RequestHeaders.isModern(request.params());
    if (request.method().equals(Protocol.INITIALIZE)) {
      older = true;
      // What was asked to find out the era has got no answer and will not be waited for.
      inFlight.values().stream().filter(Exchange::isModern).forEach(Exchange::giveUp);
    }
    int bytes = awaitRoom(json.length);
    Once written = new Once(() -> room.release(bytes));
    Exchange exchange = new Exchange(this, request, json, modern, written);
    inFlight.put(request.id(), exchange);
    String reason = over;
    if (reason != null) {
      // It ended since that was asked first, and what was in flight then has been told.
      forget(exchange);
      written.run();
      throw ended(reason);
    }
    exchange.post();
    return exchange.receipt();
  }

  private Receipt sendNotification(Message.Notification notification, byte[] json) {
    Map<String, Object> params = notification.params();
    if (notification.method().equals(Protocol.CANCELLED)) {
      return cancel(params.get("requestId"), json);
    }
    if (RequestHeaders.isModern(params)) {
      return notice(json, requestHeaders.of(notification.method(), params)).receipt();
    }
    if (!older) {
      debug(notification.method() + " is not sent: it has no meaning in the newer era");
      return Departure.SETTLED;
    }
    Notice notice = notice(json, Map.of());
    if (notification.method().equals(INITIALIZED)
        && notice.awaitAccepted(limits.eraProbeTimeout())
        && !answersOnStream) {
      new ListeningStream(this).open();
    }
    return notice.receipt();
  }

  /** In the newer era, ending the exchange is the cancellation; in the older one it is none. */
  private Receipt cancel(@Nullable Object requestId, byte[] json) {
    Exchange exchange = requestId == null ? null : inFlight.get(requestId);
    if (exchange == null) {
      return Departure.SETTLED;
    }
    if (exchange.isModern()) {
      exchange.giveUp();
      return Departure.SETTLED;
    }
    Notice notice = notice(json, Map.of());
    notice.whenDone(exchange::giveUp);
    return notice.receipt();
  }

  private Notice notice(byte[] json, Map<String, String> headers) {
    Notice notice = new Notice(this, newPost(json, headers, headers.isEmpty()), patience());
    notice.post();
    return notice;
  }

  private int awaitRoom(int bytes) {
    int permits = Math.min(bytes, limits.maxQueuedBytes());
    try {
      if (room.tryAcquire(permits)
          || room.tryAcquire(permits, patience().toNanos(), TimeUnit.NANOSECONDS)) {
        return permits;
      }
      throw new McpException.NotSent(
          label + " does not read: " + limits.maxQueuedBytes() + " bytes wait to be written.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpException.NotSent("The sender was interrupted while it waited for " + label);
    }
  }

  // What exchanges and streams need of their connection.

  Arrivals arrivals(@Nullable Object requestId) {
    return inbox.channel(requestId);
  }

  int maxMessageBytes() {
    return limits.maxMessageBytes();
  }

  /** How long something without a time limit of its own may take. */
  Duration patience() {
    return limits.connectTimeout();
  }

  boolean isOver() {
    return over != null;
  }

  boolean answersOnStream() {
    return answersOnStream;
  }

  boolean hasSession() {
    return endpoint.hasSession();
  }

  void sessionIs(@Nullable String id) {
    endpoint.sessionIs(id);
  }

  void postTo(String reference) {
    endpoint.postTo(reference);
  }

  Request newPost(byte[] json, Map<String, String> headers, boolean inSession) {
    return endpoint.post(client, json, headers, inSession);
  }

  Request newListen(@Nullable String lastEventId) {
    return endpoint.listen(client, lastEventId);
  }

  /** Runs a request of HTTP, and keeps it to be aborted at the end. */
  void start(Request http, AnswerReader reader) {
    running.add(http);
    try {
      http.send(reader);
    } catch (RuntimeException stopped) {
      reader.neverSent(stopped);
    }
    if (over != null) {
      Departure.abort(http, "the connection has ended");
    }
  }

  void finished(@Nullable Request http) {
    if (http != null) {
      running.remove(http);
    }
  }

  /** Runs a task that waits for nothing, in a thread of Jetty. */
  Scheduler.Task after(Duration delay, Runnable task) {
    return client.getScheduler().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  void forget(Exchange exchange) {
    inFlight.remove(exchange.id(), exchange);
  }

  String reason(Throwable failure) {
    return Faults.reason(endpoint.origin(), failure);
  }

  void debug(String what) {
    LOG.log(Level.DEBUG, () -> label + ": " + what);
  }

  RequestHeaders requestHeaders() {
    return requestHeaders;
  }

  /** Tries the oldest revision; false when that has been tried already. */
  boolean fallBack(Exchange initialize, Answer refusal) {
    if (!fellBack.compareAndSet(false, true)) {
      return false;
    }
    new EndpointStream(
            this,
            () -> {
              answersOnStream = true;
              initialize.postAgain();
            },
            () -> initialize.refusedFor(refusal))
        .open(patience());
    return true;
  }

  /** A message has come, on whichever channel. */
  void arrived(Message message, Arrivals channel) {
    Message delivered = message;
    if (message instanceof Message.Response response) {
      Exchange exchange = inFlight.remove(response.id());
      if (exchange != null) {
        delivered = learned(exchange, response);
        exchange.answered();
      }
    } else if (message instanceof Message.ErrorResponse error && error.id().isPresent()) {
      Exchange exchange = inFlight.remove(error.id().get());
      if (exchange != null) {
        exchange.answered();
      }
    }
    channel.add(delivered);
  }

  private Message.Response learned(Exchange exchange, Message.Response response) {
    String method = exchange.request().method();
    if (method.equals(Protocol.INITIALIZE)) {
      endpoint.revisionIs(response.result().get("protocolVersion"));
    } else if (method.equals(TOOLS_LIST) && exchange.isModern()) {
      return requestHeaders.learn(response);
    }
    return response;
  }

  void malformed(Message.ErrorResponse deserved) {
    inbox.malformed(deserved);
  }

  void lost(Object requestId, boolean sent, String reason) {
    inbox.lost(requestId, sent, reason);
  }

  /** The server does not know the session any more: whoever owns this has to connect anew. */
  void sessionDropped() {
    endpoint.forgetSession();
    inbox.soon(() -> end("the server has dropped the session"));
  }

  /** The stream that carries all answers is gone. */
  void streamLost(String reason) {
    refuseFurther(reason);
    inFlight.values().forEach(exchange -> exchange.lose(true, reason));
    inbox.soon(() -> end(reason));
  }

  /** From here on nothing is sent, so that nothing is lost with what was sent before. */
  private void refuseFurther(String reason) {
    synchronized (inFlight) {
      if (over == null) {
        over = reason;
      }
    }
  }

  private void end(String reason) {
    refuseFurther(reason);
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    inFlight.clear();
    running.forEach(http -> Departure.abort(http, reason));
    inbox.end(reason);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    end("it was closed");
    endSession();
    inbox.close(CLOSE_LIMIT);
    shared.release();
  }

  private void endSession() {
    if (!endpoint.hasSession()) {
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    endpoint
        .delete(client)
        .timeout(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .send(
            result -> {
              if (result.isFailed()) {
                debug("the session was not ended: " + reason(result.getFailure()));
              }
              done.countDown();
            });
    try {
      if (!done.await(CLOSE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        debug("the session was not ended in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
