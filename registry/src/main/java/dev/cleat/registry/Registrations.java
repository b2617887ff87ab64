// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The registrations that are under way, each in its caller's thread, and which of them come first;
 * so that closing the registry can end them, and nothing is connected any more when it returns.
 *
 * <p>All methods but {@link #awaitOthers} are called with the lock held. So an interrupt hits a
 * registration and nothing that its thread does afterwards.
 */
final class Registrations {
  private final ReentrantLock lock;
  private final Condition fewer;
  private final Set<Entry> running = new HashSet<>();

  // The highest ticket wins its namespace, however long others take to connect. What has won
  // matters only to registrations that were running meanwhile.
  private long lastTicket;
  private final Map<Namespace, Long> winners = new HashMap<>();

  /** One of them. */
  static final class Entry {
    private final long ticket;
    private final Thread thread = Thread.currentThread();
    private boolean interrupted;

    private Entry(long ticket) {
      this.ticket = ticket;
    }

    private void interrupt() {
      interrupted = true;
      thread.interrupt();
    }

    long ticket() {
      return ticket;
    }
  }

  Registrations(ReentrantLock lock) {
    this.lock = lock;
    fewer = lock.newCondition();
  }

  Entry add() {
    Entry entry = new Entry(++lastTicket);
    running.add(entry);
    return entry;
  }

  /**
   * Refuses what has been overtaken.
   *
   * @throws McpException.Closed when a later registration or removal of that namespace was quicker
   */
  void mustNotBeOvertaken(Namespace namespace, long ticket) {
    if (winners.getOrDefault(namespace, 0L) > ticket) {
      throw new McpException.Closed(
          "A later registration or removal of \"" + namespace + "\" was quicker.");
    }
  }

  void won(Namespace namespace, long ticket) {
    winners.put(namespace, ticket);
  }

  /** Overtakes all that run now. */
  void removed(Namespace namespace) {
    winners.put(namespace, ++lastTicket);
    forgetWinners();
  }

  private void forgetWinners() {
    if (running.isEmpty()) {
      winners.clear();
    }
  }

  void remove(Entry entry) {
    running.remove(entry);
    if (entry.interrupted) {
      // It was for the registration alone.
      boolean unused = Thread.interrupted();
    }
    fewer.signalAll();
    forgetWinners();
  }

  /** Interrupts all but those of this thread, which may close the registry while it registers. */
  void interruptOthers() {
    for (Entry entry : running) {
      if (entry.thread != Thread.currentThread()) {
        entry.interrupt();
      }
    }
  }

  /** Interrupts one, unless it has ended. */
  void interrupt(Entry entry) {
    if (running.contains(entry)) {
      entry.interrupt();
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
