// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a registry does outside of its callers' threads: closing clients, listing tools again, and
 * watching the time that draining takes. Threads are daemons, and start when there is work.
 */
final class Background implements Time {
  private static final Logger LOG = System.getLogger(Background.class.getName());

  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private enum Run {
    RUNNING,
    WANTED_AGAIN
  }

  private final AtomicInteger threads = new AtomicInteger();
  private final ExecutorService workers = Executors.newCachedThreadPool(named("worker"));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, named("timer"));
  private final Map<Object, Run> runs = new ConcurrentHashMap<>();

  Background() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Runs tasks that may take long, each in a thread of its own. */
  Executor workers() {
    return workers;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    try {
      Future<?> timed = timer.schedule(guarded(task), nanos(delay), TimeUnit.NANOSECONDS);
      return () -> timed.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  /** Runs a task that may take long, soon; not at all once this is closed. */
  void soon(Runnable task) {
    try {
      workers.execute(guarded(task));
    } catch (RejectedExecutionException closed) {
      // The registry is closed; nothing is left to be done.
    }
  }

  /** Runs a task later, unless something has happened until then. */
  void after(Duration delay, CompletableFuture<?> unless, Runnable task) {
    if (unless.isDone()) {
      return;
    }
    Runnable cancel = after(delay, task);
    var unused = unless.whenComplete((done, failed) -> cancel.run());
  }

  /**
   * Runs a task soon, one at a time for each key: however often it is asked for while it runs, that
   * costs one more run, which begins after the last time it was asked for.
   */
  void once(Object key, Runnable task) {
    Run before = runs.merge(key, Run.RUNNING, (running, more) -> Run.WANTED_AGAIN);
    if (before != Run.RUNNING) {
      return;
    }
    try {
      workers.execute(() -> runWhileWanted(key, guarded(task)));
    } catch (RejectedExecutionException closed) {
      // The registry is closed; nothing is left to be done.
      runs.remove(key);
    }
  }

  private void runWhileWanted(Object key, Runnable task) {
    do {
      task.run();
    } while (runs.computeIfPresent(
            key, (same, state) -> state == Run.WANTED_AGAIN ? Run.RUNNING : null)
        != null);
  }

  void close() {
    timer.shutdownNow();
    workers.shutdown();
  }

  /** A duration that may mean "for ever", in nanoseconds that can be added to the time now. */
  static long nanos(Duration duration) {
    return duration.compareTo(FOR_EVER) < 0 ? duration.toNanos() : FOR_EVER.toNanos();
  }

  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "Background work of the registry failed", e);
      }
    };
  }

  private ThreadFactory named(String role) {
    return task -> {
      Thread thread = new Thread(task, "cleat-registry-" + role + "-" + threads.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
