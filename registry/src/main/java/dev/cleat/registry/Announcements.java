// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener what many threads have to say: one thing after the other, in the order in which
 * it was added, outside of locks. One of the threads tells it all; none waits for another.
 *
 * <p>What the listener throws is contained and logged. It may add more.
 */
final class Announcements<T> {
  private static final Logger LOG = System.getLogger(Announcements.class.getName());

  private final Consumer<? super T> listener;

  // Guards what is below.
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<T> untold = new ArrayDeque<>();
  private boolean telling;

  Announcements(Consumer<? super T> listener) {
    this.listener = listener;
  }

  /** Adds one, without telling it yet; so it may be called under a lock, which keeps the order. */
  void add(T thing) {
    lock.lock();
    try {
      untold.add(thing);
    } finally {
      lock.unlock();
    }
  }

  /** Tells what there is, unless another thread, or this one further up, is about to. */
  void tell() {
    for (T next = next(true); next != null; next = next(false)) {
      try {
        listener.accept(next);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "A listener of the registry failed", e);
      }
    }
  }

  private @Nullable T next(boolean first) {
    lock.lock();
    try {
      if (first && telling) {
        return null;
      }
      T next = untold.poll();
      telling = next != null;
      return next;
    } finally {
      lock.unlock();
    }
  }
}
