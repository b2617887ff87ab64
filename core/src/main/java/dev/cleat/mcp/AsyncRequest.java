// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request for whose answer no thread waits. It ends once: with its answer, in the thread that the
 * connection runs the rest of its work in; by a failure, in a thread of the executor, because what
 * follows may take time; or by {@link #cancel}, of which nobody is told here.
 *
 * <p>Who ends it is whoever removes it from the {@link PendingRequests}. Thread-safe.
 */
final class AsyncRequest implements Waiter {
  /** Who hears of the end. */
  interface Outcome {
    /** The answer has come. */
    void answered(Map<String, Object> result);

    /** There will be none, or it is an error. */
    void failed(RuntimeException why);
  }

  private final PendingRequests pending;
  private final Executor aside;
  private final String what;
  private final Message.Request request;
  private final Duration limit;
  private final long deadline;
  private final LongSupplier stoodStill;
  private final Outcome outcome;

  // Guarded by this. What ends it may come before the connection has said what became of it; it
  // then waits in "ending" until that is known.
  private boolean handedOver;
  private Connection.@Nullable Receipt receipt;
  private @Nullable Consumer<Connection.@Nullable Receipt> ending;

  /**
   * @param what names the request in messages
   * @param aside runs what follows a failure
   * @param stoodStill for how many nanoseconds the time limit has not counted so far
   */
  AsyncRequest(
      PendingRequests pending,
      Executor aside,
      String what,
      Message.Request request,
      Duration limit,
      LongSupplier stoodStill,
      Outcome outcome) {
    this.pending = pending;
    this.aside = aside;
    this.what = what;
    this.request = request;
    this.limit = limit;
    this.stoodStill = stoodStill;
    this.outcome = outcome;
    deadline = System.nanoTime() + limit.toNanos();
    pending.enter(id(), this);
  }

  long id() {
    return (Long) request.id();
  }

  long deadline() {
    return deadline;
  }

  /** Sends it, unless it is over already. A failure to do so is told in this thread. */
  void send() {
    Connection.Receipt taken = null;
    try {
      if (pending.waitsFor(id(), this)) {
        taken = pending.send(what, request);
      }
    } catch (RuntimeException notSent) {
      if (pending.leave(id(), this)) {
        outcome.failed(notSent);
      }
    }
    Consumer<Connection.@Nullable Receipt> meanwhile;
    synchronized (this) {
      receipt = taken;
      handedOver = true;
      meanwhile = ending;
    }
    if (meanwhile != null) {
      meanwhile.accept(taken);
    }
  }

  /** Ends it in that way, once it is known whether it was sent. */
  private void end(Consumer<Connection.@Nullable Receipt> how) {
    Connection.Receipt known;
    synchronized (this) {
      if (!handedOver) {
        ending = how;
        return;
      }
      known = receipt;
    }
    how.accept(known);
  }

  private void fail(RuntimeException why) {
    aside.execute(() -> outcome.failed(why));
  }

  /** Takes it back, or tells the server that no answer is wanted. False when it has ended. */
  boolean cancel(String reason) {
    if (!pending.leave(id(), this)) {
      return false;
    }
    end(
        taken -> {
          boolean unused = pending.giveUp(id(), taken, reason, true);
        });
    return true;
  }

  @Override
  public Runnable answered(Message answer) {
    return () -> {
      Map<String, Object> result;
      try {
        result = PendingRequests.result(answer);
      } catch (McpException refused) {
        outcome.failed(refused);
        return;
      }
      outcome.answered(result);
    };
  }

  @Override
  public void lost(boolean sent, String reason) {
    fail(PendingRequests.lost(what, id(), sent, reason));
  }

  @Override
  public void abandoned(RuntimeException why) {
    end(
        taken -> {
          boolean unused = pending.giveUp(id(), taken, "the caller gave up", true);
          fail(why);
        });
  }

  @Override
  public void connectionEnded(String reason) {
    // Taken back, because a peer that says no more may still read what waits for it.
    end(
        taken ->
            fail(PendingRequests.lost(what, id(), taken != null && !taken.withdraw(), reason)));
  }

  @Override
  public long look(long now) {
    long still = stoodStill.getAsLong();
    long left = deadline + still - now;
    if (left > 0) {
      return still == 0 ? left : Math.max(left, Waiting.STILL_TICK);
    }
    if (pending.leave(id(), this)) {
      end(
          taken -> {
            boolean sent = pending.giveUp(id(), taken, "time-out", true);
            fail(new McpException.TimedOut(what, limit, sent));
          });
    }
    return Deadlines.NEVER;
  }
}
