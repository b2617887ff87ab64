// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
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
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            maxThreads,
            maxThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
