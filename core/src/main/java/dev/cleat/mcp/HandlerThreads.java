// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for handlers that take their time: virtual ones where the runtime has them (JDK 21), else
 * a bounded pool of daemons. Looked up by reflection, because the bytecode is that of 17.
 */
final class HandlerThreads {
  private static final long IDLE_SECONDS = 30;

  private HandlerThreads() {}

  static ExecutorService create(int maxPlatformThreads) {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException beforeJdk21) {
      return pool(maxPlatformThreads);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Virtual threads are there, and cannot be used", e);
    }
  }

  private static ExecutorService pool(int maxThreads) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task, "cleat-handler-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    // A queue that takes a task only when a thread waits for it makes the pool start another thread
    // otherwise; once there are as many as there may be, tasks wait in it after all.
    LinkedTransferQueue<Runnable> queue =
        new LinkedTransferQueue<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean offer(Runnable task) {
            return tryTransfer(task);
          }
        };
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            0,
            maxThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue,
            factory,
            (task, full) -> {
              if (full.isShutdown()) {
                throw new RejectedExecutionException("The server is closed");
              }
              queue.put(task);
            });
    return pool;
  }
}
