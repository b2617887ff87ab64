// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.WorkThreads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells the receiver of one connection what has come, and has threads for what takes time.
 * Thread-safe.
 */
final class Inbox {
  private static final Duration IDLE = Duration.ofSeconds(5);

  private static final Logger LOG = System.getLogger(Inbox.class.getName());

  private final String label;
  private final int maxWorking;
  private final ExecutorService executor;
  private final AtomicInteger working = new AtomicInteger();
  // Threads of the executor that are at work, to know them when they close this connection.
  private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean endTold = new AtomicBoolean();

  private volatile Connection.@Nullable Receiver receiver;

  /**
   * @param maxWorking how much may be worked on at once before the channels have to wait
   * @param maxThreads where there are no virtual threads
   */
  Inbox(String label, int maxWorking, int maxThreads) {
    this.label = label;
    this.maxWorking = maxWorking;
    executor = WorkThreads.create("cleat-" + label + "-work", maxThreads, IDLE);
  }

  void start(Connection.Receiver newReceiver) {
    receiver = newReceiver;
  }

  /**
   * A way for the messages of one channel.
   *
   * @param requestId the request whose channel it is; null when it is of none
   */
  Arrivals channel(@Nullable Object requestId) {
    return new Arrivals(this::execute, message -> hand(message, requestId));
  }

  private void hand(Message message, @Nullable Object requestId) {
    Connection.Receiver told = receiver;
    if (told == null || endTold.get()) {
      return;
    }
    try {
      Runnable work =
          requestId == null ? told.received(message) : told.received(message, requestId);
      if (work != null) {
        run(work);
      }
    } catch (RuntimeException fault) {
      LOG.log(Level.ERROR, () -> label + ": the receiver of a message failed", fault);
    }
  }

  /** Runs what may take time; when too much does already, the channel has to wait for it. */
  private void run(Runnable work) {
    if (working.incrementAndGet() > maxWorking) {
      working.decrementAndGet();
      work.run();
      return;
    }
    try {
      execute(
          () -> {
            try {
              work.run();
            } finally {
              working.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException afterClose) {
      working.decrementAndGet();
    }
  }

  private void execute(Runnable task) {
    executor.execute(
        () -> {
          workers.add(Thread.currentThread());
          try {
            task.run();
          } catch (RuntimeException fault) {
            LOG.log(Level.ERROR, () -> label + ": work for a message failed", fault);
          } finally {
            workers.remove(Thread.currentThread());
          }
        });
  }

  void malformed(Message.ErrorResponse deserved) {
    Connection.Receiver told = receiver;
    if (told != null && !endTold.get()) {
      told.malformed(deserved);
    }
  }

  void lost(Object requestId, boolean sent, String reason) {
    Connection.Receiver told = receiver;
    if (told != null && !endTold.get()) {
      told.lost(requestId, sent, reason);
    }
  }

  /** Runs what ends the connection; not in a thread of Jetty, which the receiver may hold up. */
  void soon(Runnable ending) {
    try {
      execute(ending);
    } catch (RejectedExecutionException afterClose) {
      // Then the end has been told already.
    }
  }

  /** Tells the end, once; nothing is told after it. */
  void end(String reason) {
    Connection.Receiver told = receiver;
    if (endTold.compareAndSet(false, true) && told != null) {
      told.ended(reason);
    }
  }

  /** Interrupts what is worked on, and waits for it within a limit. */
  void close(Duration limit) {
    if (workers.contains(Thread.currentThread())) {
      // Closed by a listener of its own: the others are interrupted, and this one goes on.
      boolean wasInterrupted = Thread.interrupted();
      executor.shutdownNow();
      boolean unused = Thread.interrupted();
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
      return;
    }
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.log(Level.WARNING, () -> label + ": a listener did not end when it was interrupted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
