// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The resources whose changes somebody wants to hear of, and the clients that were asked to tell.
 * Where a client is replaced or connects again, the new one is asked too, and whoever listens is
 * told that the resource may hold something else.
 *
 * <p><b>Threads.</b> Any thread may call any method; servers are asked in the background, for each
 * resource one after the other, so that what was wanted last is what holds.
 */
final class OfferSubscriptions {
  private static final Logger LOG = System.getLogger(OfferSubscriptions.class.getName());

  private final OfferCalls calls;
  private final Background background;
  private final Supplier<OfferIndex> index;
  private final Consumer<String> onUpdate;

  private final Map<String, Wanted> wanted = new ConcurrentHashMap<>();

  // By URI, the generation whose server was asked. Written only in the background.
  private final Map<String, Generation> asked = new ConcurrentHashMap<>();

  /**
   * A resource that is wanted.
   *
   * @param servers how many want it; above zero
   * @param heard completes once it is heard of
   */
  private record Wanted(int servers, CompletableFuture<Void> heard) {}

  /** One key for each resource. */
  private record Asking(String uri) {}

  OfferSubscriptions(
      OfferCalls calls,
      Background background,
      Supplier<OfferIndex> index,
      Consumer<String> onUpdate) {
    this.calls = calls;
    this.background = background;
    this.index = index;
    this.onUpdate = onUpdate;
  }

  /**
   * One more server wants to hear of a resource from now on.
   *
   * @return completes once its server was asked to tell; also when it cannot be asked now, because
   *     it will be once it is there; exceptionally when it refused
   */
  CompletableFuture<Void> subscribe(String uri) {
    Wanted now =
        wanted.merge(
            uri,
            new Wanted(1, new CompletableFuture<>()),
            (before, more) ->
                new Wanted(
                    before.servers() + 1,
                    before.heard().isCompletedExceptionally() ? more.heard() : before.heard()));
    ask(uri);
    return now.heard();
  }

  /** One of those who wanted to hear of it does not any more. */
  void unsubscribe(String uri) {
    wanted.computeIfPresent(
        uri,
        (same, before) ->
            before.servers() > 1 ? new Wanted(before.servers() - 1, before.heard()) : null);
    ask(uri);
  }

  /** Whether somebody wants to hear of something of that client, which then has to stay. */
  boolean listensTo(Generation generation) {
    return asked.containsValue(generation);
  }

  /** There are other clients, or they offer something else. */
  void renew() {
    wanted.keySet().forEach(this::ask);
  }

  /** A server says that a resource holds something else. Heeded only from whom was asked. */
  void updated(Generation generation, String uri) {
    if (asked.get(uri) == generation && wanted.containsKey(uri)) {
      onUpdate.accept(uri);
    }
  }

  private void ask(String uri) {
    background.once(new Asking(uri), () -> settle(uri));
  }

  /** Makes what servers were asked for what is wanted. */
  private void settle(String uri) {
    Wanted now = wanted.get(uri);
    List<Namespace> owners = now == null ? List.of() : index.get().owners(uri);
    if (now == null || owners.isEmpty()) {
      Generation before = asked.remove(uri);
      if (before != null) {
        withdraw(before, uri);
      }
      if (now != null) {
        now.heard().complete(null);
      }
      return;
    }
    try {
      askOwner(owners.get(0), uri);
      now.heard().complete(null);
    } catch (McpException.Protocol refused) {
      LOG.log(Level.INFO, () -> uri + " is not told of: " + refused.getMessage());
      now.heard().completeExceptionally(refused);
    } catch (McpException notNow) {
      LOG.log(Level.INFO, () -> uri + " is not told of yet: " + notNow.getMessage());
      now.heard().complete(null);
    }
  }

  private void askOwner(Namespace owner, String uri) {
    Generation generation = calls.hold(owner);
    try {
      Generation before = asked.get(uri);
      if (before == generation) {
        return;
      }
      // First, because the server may tell of a change before it has answered.
      asked.put(uri, generation);
      try {
        generation.client().subscribe(uri);
      } catch (RuntimeException | Error e) {
        // What was asked before counts again, so that the next client finds out that it is another.
        if (before == null) {
          asked.remove(uri);
        } else {
          asked.put(uri, before);
        }
        throw e;
      }
      if (before != null) {
        if (!before.namespace().equals(generation.namespace())) {
          withdraw(before, uri);
        }
        onUpdate.accept(uri);
      }
    } finally {
      generation.release();
    }
  }

  private static void withdraw(Generation generation, String uri) {
    if (!generation.tryAcquire()) {
      return;
    }
    try {
      generation.client().unsubscribe(uri);
    } catch (McpException refused) {
      LOG.log(Level.INFO, () -> uri + " is still told of: " + refused.getMessage());
    } finally {
      generation.release();
    }
  }
}
