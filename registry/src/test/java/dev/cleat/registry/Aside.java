// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Runs parts of a test in threads of their own, and waits for anything only so long. */
final class Aside implements AutoCloseable {
  /** Much more than anything takes that is waited for here. */
  static final long WATCHDOG_SECONDS = 30;

  private final AtomicInteger number = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "test-aside-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });

  /** Something that may fail. */
  interface Task {
    void run() throws Exception;
  }

  <T> Future<T> call(Callable<T> task) {
    return threads.submit(task);
  }

  Future<Void> run(Task task) {
    return threads.submit(
        () -> {
          task.run();
          return null;
        });
  }

  /** What a part comes to; throws what it threw. */
  static <T> T get(Future<T> future) throws Exception {
    try {
      return future.get(WATCHDOG_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(WATCHDOG_SECONDS, TimeUnit.SECONDS))
        .as("what is waited for happens")
        .isTrue();
  }

  /** The same where nothing checked may be thrown. */
  static void hold(CountDownLatch latch) {
    try {
      await(latch);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** For what has no signal of its own. */
  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.yield();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
