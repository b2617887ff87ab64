// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that one end of a connection has sent and that are not answered yet: who waits for
 * which id, and what becomes of them when the answer does not come.
 *
 * <p>Thread-safe. Every way out of {@link #call} removes its entry, so nothing is left behind.
 */
final class PendingRequests {
  private final Connection connection;
  private final AtomicLong nextId = new AtomicLong();
  private final AtomicLong lateAnswers = new AtomicLong();
  private final Map<Long, Waiter> waiting = new ConcurrentHashMap<>();

  // Why the connection ended; null while it lives. Set before the waiting are told, and looked at
  // after a new one has joined them, so that nobody joins unseen.
  private volatile @Nullable String ended;

  PendingRequests(Connection connection) {
    this.connection = connection;
  }

  /** An id that no other request of this connection has. */
  long newId() {
    return nextId.incrementAndGet();
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param what names the request in messages
   * @param cancellable whether the peer is told when this end stops waiting
   * @throws McpException.Protocol when the answer is an error
   */
  Map<String, Object> call(
      long id,
      String what,
      String method,
      Map<String, Object> params,
      Duration limit,
      boolean cancellable) {
    return call(id, what, method, params, limit, cancellable, null);
  }

  /**
   * Sends a request that is about one of the peer's, and waits for its answer.
   *
   * @param about the id of the peer's request; null when there is none
   */
  Map<String, Object> call(
      long id,
      String what,
      String method,
      Map<String, Object> params,
      Duration limit,
      boolean cancellable,
      @Nullable Object about) {
    return call(what, new Message.Request(id, method, params), limit, cancellable, about, () -> 0);
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param cancellable whether the peer is told when this end stops waiting
   * @param about the id of the peer's request that this one is about; null when there is none
   * @param stoodStill for how many nanoseconds the time limit has not counted so far
   * @throws McpException.Protocol when the answer is an error
   */
  Map<String, Object> call(
      String what,
      Message.Request request,
      Duration limit,
      boolean cancellable,
      @Nullable Object about,
      LongSupplier stoodStill) {
    long id = (Long) request.id();
    long deadline = System.nanoTime() + limit.toNanos();
    Waiting answer = new Waiting();
    waiting.put(id, answer);
    Connection.Receipt receipt = null;
    try {
      mustBeOpen(what);
      receipt = about == null ? connection.send(request) : connection.send(request, about);
      connection.flush();
      return result(answer.await(deadline, stoodStill));
    } catch (TimeoutException e) {
      throw new McpException.TimedOut(what, limit, giveUp(id, receipt, "time-out", cancellable));
    } catch (InterruptedException e) {
      boolean sent = giveUp(id, receipt, "the caller was interrupted", cancellable);
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled(what, sent);
    } catch (ExecutionException noAnswer) {
      if (noAnswer.getCause() instanceof Waiting.AbandonedException abandoned) {
        giveUp(id, receipt, "the caller gave up", cancellable);
        throw abandoned.why;
      }
      if (noAnswer.getCause() instanceof Waiting.LostException lost) {
        throw lost(what, id, lost.sent, String.valueOf(lost.getMessage()));
      }
      // Taken back, because a peer that says no more may still read what waits for it.
      boolean sent = receipt != null && !receipt.withdraw();
      throw lost(what, id, sent, String.valueOf(ended));
    } finally {
      waiting.remove(id);
    }
  }

  /**
   * Sends a request for whose answer no thread waits.
   *
   * @return completes with the answer, in the thread that received it; or exceptionally when there
   *     will be none; not at all once it is {@linkplain #forget forgotten}
   */
  CompletableFuture<Message> send(Message.Request request) {
    long id = (Long) request.id();
    Waiting answer = new Waiting();
    waiting.put(id, answer);
    try {
      var unused = send(request.method(), request);
    } catch (McpException notSent) {
      waiting.remove(id);
      answer.completeExceptionally(notSent);
    }
    return answer;
  }

  /** Sends a request that somebody has {@linkplain #enter entered} to wait for. */
  Connection.Receipt send(String what, Message.Request request) {
    mustBeOpen(what);
    return connection.send(request);
  }

  private void mustBeOpen(String what) {
    String reason = ended;
    if (reason != null) {
      throw new McpException.NotSent(what + " was not sent: " + reason);
    }
  }

  /** Somebody waits for the answer to a request from now on. */
  void enter(long id, Waiter waiter) {
    waiting.put(id, waiter);
  }

  boolean waitsFor(long id, Waiter waiter) {
    return waiting.get(id) == waiter;
  }

  /** Ends the waiting; false when somebody else has. */
  boolean leave(long id, Waiter waiter) {
    return waiting.remove(id, waiter);
  }

  /** Ends what is overdue, and says after how many nanoseconds the next may be. */
  long endOverdue() {
    long now = System.nanoTime();
    long next = Deadlines.NEVER;
    for (Waiter waiter : waiting.values()) {
      next = Math.min(next, waiter.look(now));
    }
    return next;
  }

  /** Tells the peer something that wants no answer. */
  void tell(String method, Map<String, Object> params) {
    var unused = connection.send(new Message.Notification(method, params));
  }

  /** Stops to expect the answer to a request that was sent without waiting, and says so. */
  void forget(long id, String reason) {
    if (waiting.remove(id) != null) {
      tellCancelled(id, reason);
    }
  }

  /** Ends the waiting for one request with that exception; the peer is told to stop. */
  void abandon(long id, RuntimeException why) {
    Waiter waiter = waiting.remove(id);
    if (waiter != null) {
      waiter.abandoned(why);
    }
  }

  /**
   * Takes an answer. One that nobody waits for any more is dropped and counted.
   *
   * @return the rest of the work, which may take time; null when there is none
   */
  @Nullable Runnable answered(@Nullable Object id, Message answer) {
    Waiter waiter = id instanceof Long known ? waiting.remove(known) : null;
    if (waiter == null) {
      lateAnswers.incrementAndGet();
      return null;
    }
    return waiter.answered(answer);
  }

  /** Ends the waiting for one request, which the connection could not get answered. */
  void lost(Object id, boolean sent, String reason) {
    Waiter waiter = id instanceof Long known ? waiting.remove(known) : null;
    if (waiter != null) {
      waiter.lost(sent, reason);
    }
  }

  /** Ends all waiting, now and for the future. */
  void end(String reason) {
    ended = reason;
    waiting.forEach(
        (id, waiter) -> {
          if (waiting.remove(id, waiter)) {
            waiter.connectionEnded(reason);
          }
        });
  }

  /** Whether the connection has ended; known at the latest when a call fails because of it. */
  boolean hasEnded() {
    return ended != null;
  }

  /** How many wait now. */
  int count() {
    return waiting.size();
  }

  /** How many answers came that nobody waited for. */
  long lateAnswers() {
    return lateAnswers.get();
  }

  /** Stops to want an answer. False when the request was not sent, and never will be. */
  boolean giveUp(
      long id, Connection.@Nullable Receipt receipt, String reason, boolean cancellable) {
    waiting.remove(id);
    if (receipt == null || receipt.withdraw()) {
      return false;
    }
    if (cancellable) {
      tellCancelled(id, reason);
    }
    return true;
  }

  private void tellCancelled(long id, String reason) {
    Map<String, Object> params = Wire.object("requestId", id);
    params.put("reason", reason);
    try {
      connection.send(new Message.Notification(Protocol.CANCELLED, params));
    } catch (McpException.NotSent gone) {
      // Whoever is gone needs no cancellation.
    }
  }

  /** Why a request gets no answer. */
  static McpException lost(String what, long id, boolean sent, String reason) {
    return sent
        ? new McpException.OutcomeUnknown(
            what + " was sent, and its answer is lost: " + reason, Long.toString(id))
        : new McpException.NotSent(what + " was not sent: " + reason);
  }

  /**
   * What the answer says.
   *
   * @throws McpException.Protocol when it is an error
   * @throws McpException.ConnectFailed when the server wants credentials
   */
  static Map<String, Object> result(Message answer) {
    if (answer instanceof Message.ErrorResponse error) {
      if (wantsCredentials(error)) {
        throw new McpException.ConnectFailed(error.message(), null, true);
      }
      throw new McpException.Protocol(error.code(), error.message(), error.data());
    }
    return ((Message.Response) answer).result();
  }

  /** Whether that refuses whoever asks, and not what is asked for. */
  static boolean wantsCredentials(Message.ErrorResponse error) {
    return error.code() == Protocol.TRANSPORT_REFUSED
        && error.data().orElse(null) instanceof Map<?, ?> data
        && data.get(Protocol.STATUS) instanceof Number status
        && (status.intValue() == 401 || status.intValue() == 403);
  }

  /** The id of a message that may have none. */
  static @Nullable Object idOf(Optional<Object> id) {
    return id.orElse(null);
  }
}
