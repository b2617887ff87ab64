// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for work that may block: virtual ones where the runtime has them (JDK 21), else a bounded
 * pool of daemons. Looked up by reflection, because the bytecode is that of 17.
 */
public final class WorkThreads {
  private WorkThreads() {}

  /**
   * Makes them; whoever asks shuts them down.
   *
   * @param name what the threads of a pool are called, before their number
   * @param maxPlatformThreads how many there may be in a pool; more tasks wait, and whoever hands
   *     them over bounds how many
   * @param idle after which time a pool gives up a thread
   */
  public static ExecutorService create(String name, int maxPlatformThreads, Duration idle) {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException beforeJdk21) {
      return pool(name, maxPlatformThreads, idle);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Virtual threads are there, and cannot be used", e);
    }
  }

  /**
   * A thread is only added when none is idle, and a task only waits when there are as many as may
   * be.
   */
  private static ExecutorService pool(String name, int maxThreads, Duration idle) {
    AtomicInteger number = new AtomicInteger();
    IdleFirst queue = new IdleFirst();
    return new ThreadPoolExecutor(
        0,
        maxThreads,
        idle.toNanos(),
        TimeUnit.NANOSECONDS,
        queue,
        task -> {
          Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
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
