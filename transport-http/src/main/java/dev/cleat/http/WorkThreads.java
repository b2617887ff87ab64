// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads in which what a server sent may be worked on for as long as it takes: virtual ones where
 * the runtime has them (JDK 21), else a pool of daemons that starts with none.
 */
final class WorkThreads {
  private static final long IDLE_SECONDS = 5;

  private WorkThreads() {}

  static ExecutorService create(String label, int maxPlatformThreads) {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException beforeJdk21) {
      return pool(label, maxPlatformThreads);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Virtual threads are there, and cannot be used", e);
    }
  }

  /**
   * A thread is only added when none is idle, and a task only waits when there are as many as may
   * be. Whoever hands over tasks counts them, so the queue needs no bound of its own.
   */
  private static ExecutorService pool(String label, int maxThreads) {
    AtomicInteger number = new AtomicInteger();
    IdleFirst queue = new IdleFirst();
    return new ThreadPoolExecutor(
        0,
        maxThreads,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        queue,
        task -> {
          Thread thread = new Thread(task, "cleat-" + label + "-work-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        },
        (task, pool) -> {
          if (pool.isShutdown()) {
            throw new RejectedExecutionException("It has been shut down");
          }
          queue.keep(task);
        });
  }

  /** Takes a task from the pool only when an idle thread is waiting for one. */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    void keep(Runnable task) {
      super.offer(task);
    }
  }
}
