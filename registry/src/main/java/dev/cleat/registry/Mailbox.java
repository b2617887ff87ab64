// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The events that one listener was not told yet. When there are too many, the oldest go: what a
 * listener needs most is what is so now.
 *
 * <p>The lock is held for a few steps in memory only: never over the listener, the executor, or a
 * line of the log.
 */
final class Mailbox {
  private static final Logger LOG = System.getLogger(Events.class.getName());

  private final RegistryListener listener;
  private final Executor executor;
  private final int capacity;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition allTold = lock.newCondition();

  // All of these are guarded by lock.
  private final ArrayDeque<RegistryEvent> queue = new ArrayDeque<>();

  // A task of the executor tells the listener, or is about to. There is never a second one, which
  // is what keeps the order (EventsTest.eventsComeInOrderFromManyPublishers).
  private boolean telling;
  private @Nullable Thread teller;
  private boolean refusing;
  private long dropped;
  private boolean overflowLogged;
  private long failures;

  Mailbox(RegistryListener listener, Executor executor, int capacity) {
    this.listener = listener;
    this.executor = executor;
    this.capacity = capacity;
  }

  /** Keeps an event; {@link #wake} has it told. */
  void add(RegistryEvent event) {
    lock.lock();
    try {
      if (refusing) {
        return;
      }
      if (queue.size() == capacity) {
        queue.removeFirst();
        dropped++;
      }
      queue.addLast(event);
    } finally {
      lock.unlock();
    }
  }

  /** Has what is here told, unless that is going on already. */
  void wake() {
    boolean begin;
    boolean overflows;
    lock.lock();
    try {
      begin = !telling && !queue.isEmpty();
      telling |= begin;
      overflows = dropped > 0 && !overflowLogged;
      overflowLogged |= overflows;
    } finally {
      lock.unlock();
    }
    if (begin) {
      begin();
    }
    if (overflows) {
      // Not in this thread, which may hold a lock of the registry.
      logOverflow();
    }
  }

  private void begin() {
    try {
      executor.execute(this::tellAll);
    } catch (RejectedExecutionException shutDown) {
      lock.lock();
      try {
        dropQueued();
        end();
      } finally {
        lock.unlock();
      }
    }
  }

  private void logOverflow() {
    try {
      executor.execute(
          () ->
              LOG.log(
                  Level.WARNING,
                  "The registry listener {0} does not keep up: {1} events wait for it, and the"
                      + " oldest are dropped from now on.",
                  listener.getClass().getName(),
                  capacity));
    } catch (RejectedExecutionException shutDown) {
      // It is counted, and nothing is told any more.
    }
  }

  private void tellAll() {
    lock.lock();
    try {
      teller = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    for (RegistryEvent next = next(); next != null; next = next()) {
      tell(next);
      // Neither the next event nor the pool is for an interrupt that was meant for this one.
      boolean unused = Thread.interrupted();
    }
    boolean unused = Thread.interrupted();
  }

  private @Nullable RegistryEvent next() {
    lock.lock();
    try {
      RegistryEvent next = queue.pollFirst();
      if (next == null) {
        end();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  // Under the lock.
  private void end() {
    teller = null;
    telling = false;
    allTold.signalAll();
  }

  // Under the lock.
  private void dropQueued() {
    dropped += queue.size();
    queue.clear();
  }

  // Throwable, because listeners in other languages than Java throw what is checked here.
  private void tell(RegistryEvent event) {
    try {
      listener.onEvent(event);
    } catch (Throwable failure) {
      if (isFirstFailure()) {
        LOG.log(
            Level.WARNING,
            "The registry listener "
                + listener.getClass().getName()
                + " failed; it is told of further events, and its further failures are counted"
                + " only.",
            failure);
      }
    }
  }

  private boolean isFirstFailure() {
    lock.lock();
    try {
      return failures++ == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more events. */
  void refuse() {
    lock.lock();
    try {
      refusing = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all is told. At the deadline, or when the waiting thread is interrupted, what is
   * queued is dropped and the listener is interrupted. A listener that waits for itself does not
   * wait.
   */
  void awaitTold(long deadline) {
    lock.lock();
    try {
      while (telling && teller != Thread.currentThread()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          giveUp();
          return;
        }
        long unused = allTold.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      giveUp();
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  // Under the lock: the teller that is interrupted here has not gone back to its pool.
  private void giveUp() {
    dropQueued();
    if (teller != null) {
      teller.interrupt();
    }
  }

  long failures() {
    lock.lock();
    try {
      return failures;
    } finally {
      lock.unlock();
    }
  }

  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }
}
