// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The calls that a server executes for one client, until each is answered. Thread-safe. */
final class CallsInFlight {
  // By request id. Entered by the thread that read the request, before any later message is looked
  // at, so that a cancellation always finds its call.
  private final Map<Object, RunningCall> running = new ConcurrentHashMap<>();

  // Calls whose answer has not been handed to the connection yet; more than running holds, because
  // an id is free again just before its answer goes. 0 while refusing means that all are answered.
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Object idle = new Object();
  private volatile boolean refusing;

  /** Takes no more from now on. */
  void refuse() {
    refusing = true;
  }

  boolean isRefusing() {
    return refusing;
  }

  int count() {
    return unanswered.get();
  }

  /** Enters a call; false when its id belongs to one that is still running. */
  boolean enter(Object id, RunningCall call) {
    if (running.putIfAbsent(id, call) != null) {
      return false;
    }
    unanswered.incrementAndGet();
    return true;
  }

  @Nullable RunningCall find(Object id) {
    return running.get(id);
  }

  /** Frees the id of a call that is about to be answered. */
  void forget(Object id) {
    running.remove(id);
  }

  /** A call that was entered has been answered, or needs no answer. */
  void answered() {
    if (unanswered.decrementAndGet() == 0 && refusing) {
      synchronized (idle) {
        idle.notifyAll();
      }
    }
  }

  /** Waits until all are answered, or until the deadline. An interrupt ends the waiting. */
  void await(long deadlineNanos) {
    boolean interrupted = false;
    synchronized (idle) {
      long left = deadlineNanos - System.nanoTime();
      while (unanswered.get() > 0 && left > 0 && !interrupted) {
        try {
          TimeUnit.NANOSECONDS.timedWait(idle, left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = deadlineNanos - System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void forEach(BiConsumer<Object, RunningCall> action) {
    running.forEach(action);
  }
}
