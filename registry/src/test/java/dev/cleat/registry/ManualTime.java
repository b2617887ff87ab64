// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when a test says so, the same in every run. Tasks that are due run in the
 * order of their times, then of their scheduling, in the thread that calls {@link #advance}. Any
 * thread may use it.
 */
final class ManualTime implements Time {
  private static final Logger LOG = System.getLogger(ManualTime.class.getName());

  private record Task(long at, Runnable work) {}

  private final List<Task> tasks = new ArrayList<>();

  // Soon over the largest long, as the real one may be: who compares times instead of taking
  // their difference fails.
  private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized Runnable after(Duration delay, Runnable task) {
    Task scheduled = new Task(now + Math.max(0, delay.toNanos()), task);
    tasks.add(scheduled);
    return () -> cancel(scheduled);
  }

  // By identity, because the same work may be scheduled twice for the same time.
  private synchronized void cancel(Task task) {
    tasks.removeIf(each -> each == task);
  }

  /** How many tasks are yet to run. */
  synchronized int scheduled() {
    return tasks.size();
  }

  /** Lets time pass, and runs what becomes due, also what that schedules. */
  void advance(Duration by) {
    long until = nanos() + by.toNanos();
    for (Task due = next(until); due != null; due = next(until)) {
      try {
        due.work().run();
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "A task of the timer failed", e);
      }
    }
  }

  private synchronized @Nullable Task next(long until) {
    Task due =
        tasks.stream()
            .filter(task -> task.at() - until <= 0)
            .min(Comparator.comparingLong(task -> task.at() - until))
            .orElse(null);
    now = due == null ? later(until) : later(due.at());
    tasks.removeIf(task -> task == due);
    return due;
  }

  private long later(long at) {
    return at - now > 0 ? at : now;
  }
}
