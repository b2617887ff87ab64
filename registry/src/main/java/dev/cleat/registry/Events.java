// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells the listeners of a registry what happened, in order and outside every lock.
 *
 * <p>Each listener has its own queue, and at most one thread of the executor tells it at a time. So
 * a listener that blocks keeps nobody waiting but itself, and costs one thread and a bounded queue.
 *
 * <p><b>Order.</b> All listeners get all events in one order, that of the calls of {@link
 * #publish}. Who publishes about one namespace does so under the lock that decides about it.
 */
final class Events implements AutoCloseable {
  private final List<Mailbox> mailboxes;
  private final Duration closeLimit;

  // Held while an event is put into all mailboxes, and over nothing else: what a listener publishes
  // comes after what it was told, for the others too
  // (EventsTest.aListenerMayPublishAndWhatItPublishesComesLater).
  private final ReentrantLock order = new ReentrantLock();

  /**
   * @param executor tells the listeners; must not run a task in the thread that gives it
   * @param closeLimit how long {@link #close} waits for listeners to be told what is queued
   */
  Events(List<RegistryListener> listeners, Executor executor, Duration closeLimit) {
    mailboxes =
        listeners.stream()
            .map(listener -> new Mailbox(listener, executor, RegistryListener.MAX_WAITING))
            .toList();
    this.closeLimit = closeLimit;
  }

  /** Queues an event. Never blocks and never throws; may be called under a lock. */
  void publish(Namespace namespace, long generation, Kind kind, String detail) {
    if (!mailboxes.isEmpty()) {
      publish(new RegistryEvent(namespace, generation, kind, detail));
    }
  }

  /** Queues an event. Never blocks and never throws; may be called under a lock. */
  void publish(RegistryEvent event) {
    order.lock();
    try {
      for (Mailbox mailbox : mailboxes) {
        mailbox.add(event);
      }
    } finally {
      order.unlock();
    }
    mailboxes.forEach(Mailbox::wake);
  }

  /** How many times a listener threw. */
  long failures() {
    return mailboxes.stream().mapToLong(Mailbox::failures).sum();
  }

  /** How many events a listener was not told because it did not keep up, or was too slow to end. */
  long dropped() {
    return mailboxes.stream().mapToLong(Mailbox::dropped).sum();
  }

  /**
   * Takes no more events, and waits until the listeners were told what is queued, within the limit;
   * what they were not told by then is dropped. A listener that calls this is not waited for, and
   * is told the rest after it returns. Idempotent. Leaves the executor as it is, which may be shut
   * down after this.
   */
  @Override
  public void close() {
    mailboxes.forEach(Mailbox::refuse);
    long deadline = System.nanoTime() + Background.nanos(closeLimit);
    for (Mailbox mailbox : mailboxes) {
      mailbox.awaitTold(deadline);
    }
  }
}
