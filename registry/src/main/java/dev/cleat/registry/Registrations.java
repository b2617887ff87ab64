// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The registrations that are under way, each in its caller's thread; so that closing the registry
 * can end them, and nothing is connected any more when it returns.
 *
 * <p>All methods but {@link #awaitOthers} are called with the lock held. So an interrupt hits a
 * registration and nothing that its thread does afterwards.
 */
final class Registrations {
  private final ReentrantLock lock;
  private final Condition fewer;
  private final Set<Entry> running = new HashSet<>();

  /** One of them. */
  static final class Entry {
    private final long ticket;
    private final Thread thread = Thread.currentThread();
    private boolean interrupted;

    private Entry(long ticket) {
      this.ticket = ticket;
    }

    long ticket() {
      return ticket;
    }
  }

  Registrations(ReentrantLock lock) {
    this.lock = lock;
    fewer = lock.newCondition();
  }

  Entry add(long ticket) {
    Entry entry = new Entry(ticket);
    running.add(entry);
    return entry;
  }

  void remove(Entry entry) {
    running.remove(entry);
    if (entry.interrupted) {
      // It was for the registration alone.
      boolean unused = Thread.interrupted();
    }
    fewer.signalAll();
  }

  boolean isEmpty() {
    return running.isEmpty();
  }

  /** Interrupts all but those of this thread, which may close the registry while it registers. */
  void interruptOthers() {
    for (Entry entry : running) {
      if (entry.thread != Thread.currentThread()) {
        entry.interrupted = true;
        entry.thread.interrupt();
      }
    }
  }

  /** Waits until there are none but those of this thread; false when that takes too long. */
  boolean awaitOthers(long deadlineNanos) {
    boolean interrupted = false;
    lock.lock();
    try {
      long left = deadlineNanos - System.nanoTime();
      while (running.stream().anyMatch(entry -> entry.thread != Thread.currentThread())) {
        if (left <= 0) {
          return false;
        }
        try {
          left = fewer.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
          left = deadlineNanos - System.nanoTime();
        }
      }
      return true;
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
