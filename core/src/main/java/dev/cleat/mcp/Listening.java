// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one {@code subscriptions/listen} request running with a server of the newer era, for as
 * long as somebody listens.
 *
 * <p>When what is listened to changes, another request takes over: the old one is cancelled once
 * the new one is acknowledged, so that nothing is missed. At most one waits for that; what changes
 * meanwhile waits for its turn. When the server ends a request or loses it, there is another one
 * after a while, and whoever listens is told that everything may have changed.
 *
 * <p><b>Threads.</b> Any; none is held while nothing happens. The lock is never held over a send or
 * a callback.
 */
final class Listening {
  private static final long FIRST_DELAY_MILLIS = 1_000;

  /** A server that is down for long is asked once a minute. */
  private static final int MAX_DOUBLINGS = 6;

  private final PendingRequests pending;
  private final Supplier<Agreement> agreement;
  private final Supplier<Map<String, Object>> meta;
  private final ChangeListeners listeners;
  private final BiConsumer<Runnable, Long> later;
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by the lock.
  private final Set<String> resources = new TreeSet<>();
  private @Nullable Stream running;
  private @Nullable Stream opening;
  private @Nullable CompletableFuture<Void> afterOpening;
  private boolean wanted;
  private boolean missedSome;
  private boolean closed;
  private int failures;

  Listening(
      PendingRequests pending,
      Supplier<Agreement> agreement,
      Supplier<Map<String, Object>> meta,
      ChangeListeners listeners,
      BiConsumer<Runnable, Long> later) {
    this.pending = pending;
    this.agreement = agreement;
    this.meta = meta;
    this.listeners = listeners;
    this.later = later;
  }

  /** One request, and who waits for its acknowledgement. */
  private record Stream(
      long id, Map<String, Object> filter, CompletableFuture<Void> acknowledged) {}

  /** Somebody listens from now on. */
  void begin() {
    lock.lock();
    try {
      wanted = true;
    } finally {
      lock.unlock();
    }
    var unused = renew();
  }

  /** Completes once that resource is listened to; at once while nobody listens. */
  CompletableFuture<Void> subscribe(String uri) {
    lock.lock();
    try {
      resources.add(uri);
    } finally {
      lock.unlock();
    }
    return renew();
  }

  void unsubscribe(String uri) {
    lock.lock();
    try {
      resources.remove(uri);
    } finally {
      lock.unlock();
    }
    var unused = renew();
  }

  /** Nothing will come any more. */
  void end() {
    Stream unacknowledged;
    CompletableFuture<Void> waiting;
    lock.lock();
    try {
      closed = true;
      running = null;
      unacknowledged = opening;
      opening = null;
      waiting = afterOpening;
      afterOpening = null;
    } finally {
      lock.unlock();
    }
    McpException.NotSent why = new McpException.NotSent("The connection has ended.");
    fail(unacknowledged == null ? null : unacknowledged.acknowledged(), why);
    fail(waiting, why);
  }

  /** Makes what is listened to what is wanted, and completes when that is so. */
  private CompletableFuture<Void> renew() {
    CompletableFuture<Void> done;
    Stream next = null;
    Stream old = null;
    lock.lock();
    try {
      Map<String, Object> filter = filter();
      if (opening != null) {
        if (opening.filter().equals(filter)) {
          return opening.acknowledged();
        }
        if (afterOpening == null) {
          afterOpening = new CompletableFuture<>();
        }
        return afterOpening;
      }
      done = afterOpening == null ? new CompletableFuture<>() : afterOpening;
      afterOpening = null;
      if (closed || !wanted || filter.isEmpty()) {
        old = running;
        running = null;
      } else if (running == null || !running.filter().equals(filter)) {
        next = new Stream(pending.newId(), filter, done);
        opening = next;
      }
    } finally {
      lock.unlock();
    }
    if (old != null) {
      pending.forget(old.id(), "nothing is listened to any more");
    }
    if (next == null) {
      done.complete(null);
    } else {
      open(next);
    }
    return done;
  }

  private void open(Stream stream) {
    Map<String, Object> params = Wire.object("notifications", stream.filter());
    params.put(Protocol.META, meta.get());
    var unused =
        pending
            .send(new Message.Request(stream.id(), Protocol.LISTEN, params))
            .whenComplete((answer, failure) -> ended(stream, answer, failure));
  }

  private Map<String, Object> filter() {
    Map<String, Object> filter = new LinkedHashMap<>();
    for (Catalog catalog : catalogs()) {
      filter.put(nameOf(catalog) + "ListChanged", true);
    }
    if (!resources.isEmpty()) {
      filter.put("resourceSubscriptions", List.copyOf(resources));
    }
    return filter;
  }

  /** The lists that the server says it tells changes of. */
  private Set<Catalog> catalogs() {
    Set<Catalog> told = EnumSet.noneOf(Catalog.class);
    for (Catalog catalog : Catalog.values()) {
      if (agreement.get().declares(nameOf(catalog), "listChanged")) {
        told.add(catalog);
      }
    }
    return told;
  }

  private static String nameOf(Catalog catalog) {
    switch (catalog) {
      case TOOLS:
        return "tools";
      case PROMPTS:
        return "prompts";
      default:
        return "resources";
    }
  }

  /**
   * The server has acknowledged a request.
   *
   * @param id which one; null when it does not say, and there is but one that waits for it
   */
  void acknowledged(@Nullable Object id) {
    Stream stream;
    Stream old;
    boolean missed;
    boolean another;
    lock.lock();
    try {
      stream = opening;
      if (stream == null || (id != null && !id.equals(stream.id()))) {
        return;
      }
      old = running;
      running = stream;
      opening = null;
      failures = 0;
      missed = missedSome;
      missedSome = false;
      another = afterOpening != null;
    } finally {
      lock.unlock();
    }
    if (old != null) {
      pending.forget(old.id(), "another request listens now");
    }
    stream.acknowledged().complete(null);
    if (missed) {
      tellOfEverything();
    }
    if (another) {
      var unused = renew();
    }
  }

  private void tellOfEverything() {
    List<String> uris;
    lock.lock();
    try {
      uris = List.copyOf(resources);
    } finally {
      lock.unlock();
    }
    catalogs().forEach(listeners::changed);
    uris.forEach(listeners::updated);
  }

  /** The server ends one of the requests: by a notification, which comes before its answer. */
  void cancelled(@Nullable Object id) {
    if (id instanceof Long known) {
      pending.lost(known, true, "the server ended it");
    }
  }

  private void ended(Stream stream, @Nullable Message answer, @Nullable Throwable failure) {
    CompletableFuture<Void> waiting = null;
    boolean refused = isRefusal(answer);
    long delay;
    lock.lock();
    try {
      if (stream == running) {
        running = null;
      } else if (stream == opening) {
        opening = null;
        failures++;
      } else {
        return;
      }
      missedSome = true;
      if (refused) {
        // Asking for the same again would end the same way.
        waiting = afterOpening;
        afterOpening = null;
      }
      delay = FIRST_DELAY_MILLIS << Math.min(Math.max(0, failures - 1), MAX_DOUBLINGS);
    } finally {
      lock.unlock();
    }
    RuntimeException why = why(answer, failure);
    fail(stream.acknowledged(), why);
    fail(waiting, why);
    if (!refused) {
      later.accept(
          () -> {
            var unused = renew();
          },
          delay);
    }
  }

  private static boolean isRefusal(@Nullable Message answer) {
    return answer instanceof Message.ErrorResponse error
        && (error.code() == Protocol.METHOD_NOT_FOUND
            || error.code() == Protocol.INVALID_PARAMS
            || PendingRequests.wantsCredentials(error));
  }

  private static RuntimeException why(@Nullable Message answer, @Nullable Throwable failure) {
    if (answer instanceof Message.ErrorResponse error) {
      return new McpException.Protocol(error.code(), error.message(), error.data());
    }
    return new McpException.NotSent(
        "The server ended what listens to its changes"
            + (failure == null ? "." : ": " + failure.getMessage()));
  }

  private static void fail(@Nullable CompletableFuture<Void> waiting, RuntimeException why) {
    if (waiting != null) {
      waiting.completeExceptionally(why);
    }
  }
}
