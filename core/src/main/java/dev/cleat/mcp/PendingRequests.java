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
import java.util.concurrent.TimeUnit;
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
  // How often to look, near the end of a limit, whether its clock still stands: seldom enough to
  // cost nothing while a user thinks, and soon enough for nobody to mind.
  private static final long STILL_TICK = TimeUnit.MILLISECONDS.toNanos(100);

  private final Connection connection;
  private final AtomicLong nextId = new AtomicLong();
  private final AtomicLong lateAnswers = new AtomicLong();
  private final Map<Long, CompletableFuture<Message>> waiting = new ConcurrentHashMap<>();

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
    CompletableFuture<Message> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    Connection.Receipt receipt = null;
    try {
      String reason = ended;
      if (reason != null) {
        throw new McpException.NotSent(what + " was not sent: " + reason);
      }
      receipt = about == null ? connection.send(request) : connection.send(request, about);
      return result(await(answer, deadline, stoodStill));
    } catch (TimeoutException e) {
      throw new McpException.TimedOut(what, limit, giveUp(id, receipt, "time-out", cancellable));
    } catch (InterruptedException e) {
      boolean sent = giveUp(id, receipt, "the caller was interrupted", cancellable);
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled(what, sent);
    } catch (ExecutionException noAnswer) {
      if (noAnswer.getCause() instanceof AbandonedException abandoned) {
        giveUp(id, receipt, "the caller gave up", cancellable);
        throw abandoned.why;
      }
      if (noAnswer.getCause() instanceof LostException lost) {
        throw lost.sent
            ? new McpException.OutcomeUnknown(
                what + " was sent, and its answer is lost: " + lost.getMessage())
            : new McpException.NotSent(what + " was not sent: " + lost.getMessage());
      }
      String reason = String.valueOf(ended);
      // Taken back, because a peer that says no more may still read what waits for it.
      throw receipt == null || receipt.withdraw()
          ? new McpException.NotSent(what + " was not sent: " + reason)
          : new McpException.OutcomeUnknown(what + " was sent, and its answer is lost: " + reason);
    } finally {
      waiting.remove(id);
    }
  }

  private static Message await(
      CompletableFuture<Message> answer, long deadline, LongSupplier stoodStill)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      long still = stoodStill.getAsLong();
      long left = deadline + still - System.nanoTime();
      try {
        return answer.get(still == 0 ? left : Math.max(left, STILL_TICK), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (stoodStill.getAsLong() == still) {
          throw e;
        }
      }
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
    CompletableFuture<Message> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    try {
      String reason = ended;
      if (reason != null) {
        throw new McpException.NotSent(request.method() + " was not sent: " + reason);
      }
      var unused = connection.send(request);
    } catch (McpException notSent) {
      waiting.remove(id);
      answer.completeExceptionally(notSent);
    }
    return answer;
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
    CompletableFuture<Message> waiter = waiting.remove(id);
    if (waiter != null) {
      waiter.completeExceptionally(new AbandonedException(why));
    }
  }

  /** Takes an answer. One that nobody waits for any more is dropped and counted. */
  void answered(@Nullable Object id, Message answer) {
    CompletableFuture<Message> waiter = id instanceof Long known ? waiting.remove(known) : null;
    if (waiter == null) {
      lateAnswers.incrementAndGet();
    } else {
      waiter.complete(answer);
    }
  }

  /** Ends the waiting for one request, which the connection could not get answered. */
  void lost(Object id, boolean sent, String reason) {
    CompletableFuture<Message> waiter = id instanceof Long known ? waiting.remove(known) : null;
    if (waiter != null) {
      waiter.completeExceptionally(new LostException(sent, reason));
    }
  }

  /** Ends all waiting, now and for the future. */
  void end(String reason) {
    ended = reason;
    waiting.forEach(
        (id, waiter) -> {
          waiting.remove(id);
          waiter.completeExceptionally(new IllegalStateException(reason));
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

  private boolean giveUp(
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

  private static Map<String, Object> result(Message answer) {
    if (answer instanceof Message.ErrorResponse error) {
      throw new McpException.Protocol(error.code(), error.message(), error.data());
    }
    return ((Message.Response) answer).result();
  }

  /** The id of a message that may have none. */
  static @Nullable Object idOf(Optional<Object> id) {
    return id.orElse(null);
  }

  /** Why one request gets no answer. */
  private static final class LostException extends Exception {
    private static final long serialVersionUID = 1L;

    final boolean sent;

    LostException(boolean sent, String reason) {
      super(reason, null, false, false);
      this.sent = sent;
    }
  }

  /** Why this end does not want one answer any more. */
  private static final class AbandonedException extends Exception {
    private static final long serialVersionUID = 1L;

    final RuntimeException why;

    AbandonedException(RuntimeException why) {
      super("abandoned", null, false, false);
      this.why = why;
    }
  }
}
