// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
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
    long deadline = System.nanoTime() + limit.toNanos();
    CompletableFuture<Message> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    Connection.Receipt receipt = null;
    try {
      String reason = ended;
      if (reason != null) {
        throw new McpException.NotSent(what + " was not sent: " + reason);
      }
      receipt = connection.send(new Message.Request(id, method, params));
      return result(answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      throw new McpException.TimedOut(what, limit, giveUp(id, receipt, "time-out", cancellable));
    } catch (InterruptedException e) {
      boolean sent = giveUp(id, receipt, "the caller was interrupted", cancellable);
      Thread.currentThread().interrupt();
      throw new McpException.Cancelled(what, sent);
    } catch (ExecutionException noAnswer) {
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
      Map<String, Object> params = new LinkedHashMap<>();
      params.put("requestId", id);
      params.put("reason", reason);
      try {
        connection.send(new Message.Notification(Wire.CANCELLED, params));
      } catch (McpException.NotSent gone) {
        // Whoever is gone needs no cancellation.
      }
    }
    return true;
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
}
