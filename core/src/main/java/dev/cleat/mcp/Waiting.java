// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.spi.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Completes with the answer to a request: for a thread to wait, or for what takes no time. */
final class Waiting extends CompletableFuture<Message> implements Waiter {
  /**
   * How often to look, near the end of a limit, whether its clock still stands: seldom enough to
   * cost nothing while a user thinks, and soon enough for nobody to mind. In nanoseconds.
   */
  static final long STILL_TICK = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * Waits.
   *
   * @param deadline in terms of {@link System#nanoTime}
   * @param stoodStill for how many nanoseconds the clock has not counted so far
   */
  Message await(long deadline, LongSupplier stoodStill)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      long still = stoodStill.getAsLong();
      long left = deadline + still - System.nanoTime();
      try {
        return get(still == 0 ? left : Math.max(left, STILL_TICK), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (stoodStill.getAsLong() == still) {
          throw e;
        }
      }
    }
  }

  @Override
  public @Nullable Runnable answered(Message answer) {
    complete(answer);
    return null;
  }

  @Override
  public void lost(boolean sent, String reason) {
    completeExceptionally(new LostException(sent, reason));
  }

  @Override
  public void abandoned(RuntimeException why) {
    completeExceptionally(new AbandonedException(why));
  }

  @Override
  public void connectionEnded(String reason) {
    completeExceptionally(new IllegalStateException(reason));
  }

  /** Why one request gets no answer. */
  static final class LostException extends Exception {
    private static final long serialVersionUID = 1L;

    final boolean sent;

    LostException(boolean sent, String reason) {
      super(reason, null, false, false);
      this.sent = sent;
    }
  }

  /** Why this end does not want one answer any more. */
  static final class AbandonedException extends Exception {
    private static final long serialVersionUID = 1L;

    final RuntimeException why;

    AbandonedException(RuntimeException why) {
      super("abandoned", null, false, false);
      this.why = why;
    }
  }
}
