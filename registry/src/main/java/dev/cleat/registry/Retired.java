// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.registry.RegistryEvent.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The generations that are not current any more and not closed yet. One gets here before the
 * directory without it is published, so that it is always in one of the two, and that close finds
 * it whatever the thread is doing that replaced it.
 */
final class Retired {
  private final Set<Generation> all = ConcurrentHashMap.newKeySet();
  private final Duration drainLimit;
  private final Background background;
  private final Events events;
  private final Metering metering;

  Retired(Duration drainLimit, Background background, Events events, Metering metering) {
    this.drainLimit = drainLimit;
    this.background = background;
    this.events = events;
    this.metering = metering;
  }

  void add(Generation old) {
    all.add(old);
  }

  void addAll(Collection<Directory.Entry> old) {
    old.forEach(entry -> all.add(entry.generation()));
  }

  Collection<Generation> all() {
    return all;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Has one finish its calls, to be done once it is here. Harmless when repeated. */
  void letGo(Generation old) {
    old.retiredAt(background.nanos());
    old.retire();
    background.after(drainLimit, old.closed(), () -> force(old));
    if (old.closed().isDone()) {
      // It was lost or idle, and so has been closed while it was current.
      closed(old);
    }
  }

  /** One is closed. */
  void closed(Generation old) {
    if (all.remove(old)) {
      long drained = background.nanos() - old.retiredAt();
      metering.drained(old.namespace(), drained, old.isForced());
      events.publish(old.namespace(), old.number(), Kind.CLOSED, "");
    }
  }

  void forceAll() {
    all.forEach(this::force);
  }

  private void force(Generation old) {
    if (old.force()) {
      events.publish(
          old.namespace(),
          old.number(),
          Kind.DRAIN_FORCED,
          "calls were still running and have been ended");
    }
  }

  /** Waits until all are closed, or until a deadline, or an interrupt: whether it was that. */
  boolean isInterruptedBeforeAllAreClosed(long deadlineNanos) {
    CompletableFuture<?>[] closings =
        all.stream().map(Generation::closed).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(closings)
          .get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      return false;
    } catch (InterruptedException e) {
      return true;
    } catch (TimeoutException | ExecutionException someAreBusy) {
      // They are forced next, or left behind.
      return false;
    }
  }

  @Override
  public String toString() {
    return all.toString();
  }
}
