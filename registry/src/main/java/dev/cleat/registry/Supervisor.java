// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the clients connected that are wanted: by the application, which registered a definition,
 * or by a source. It connects, connects again what was lost, waits longer and longer for what keeps
 * failing, and stops what is idle.
 *
 * <p>{@link Decisions} are taken one after the other, and none of the work is done in them: an
 * attempt runs in a worker, one at a time for each namespace, and reports back. Whatever reports
 * back carries the epoch or the generation that it was begun for, and is dropped when that has
 * passed; so neither a timer nor a verdict ever touches what came later.
 *
 * <p>Once {@link #stop} has returned, no attempt begins any more. Those that run belong to {@link
 * Clients#close}, which ends them before any client is closed.
 */
final class Supervisor {
  /** A server that wants authentication has to be told by a person; see {@code wakeSpacing}. */
  private static final int AUTH_SPACING = 30;

  private final RegistryConfig config;
  private final Clients clients;
  private final Connector connector;
  private final Time time;
  private final Decisions decisions = new Decisions();
  private final Attempts attempts;

  // Changed within decisions, read at any time.
  private final Map<Namespace, Supervised> all = new ConcurrentHashMap<>();

  // Used within decisions only: how many registrations by the application run, by namespace.
  // Meanwhile nothing is attempted there, so that an older wish never gets in before a newer one.
  private final Map<Namespace, Integer> byHand = new HashMap<>();
  private boolean stopping;

  /**
   * @param workers runs tasks that take long, soon and not in the caller's thread
   */
  Supervisor(
      RegistryConfig config,
      Clients clients,
      Connector connector,
      Time time,
      Consumer<Runnable> workers,
      Events events,
      Metering metering,
      RandomGenerator random) {
    this.config = config;
    this.clients = clients;
    this.connector = connector;
    this.time = time;
    attempts =
        new Attempts(
            config,
            clients,
            connector,
            time,
            workers,
            events,
            new Backoff(config.reconnectDelay(), config.reconnectCap(), random),
            new Upkeep(config, clients, time, workers, decisions, events, metering, random),
            decisions,
            byHand::containsKey);
  }

  /** What is wanted, without order. */
  Collection<Supervised> all() {
    return all.values();
  }

  @Nullable Supervised find(Namespace namespace) {
    return all.get(namespace);
  }

  Collection<Namespace> namespaces() {
    return all.keySet();
  }

  /** What lets the calls of a client through that may never have been connected. */
  Gate gateOf(Supervised one) {
    return clients.gates().of(one.namespace, connector.terms(one.definition, config).gate());
  }

  // What the application wants.

  /** Registers a definition in this thread, and keeps it connected from then on. */
  void register(Namespace namespace, ClientDefinition definition) {
    byHand(
        namespace,
        () -> attempts.connect(namespace, definition, entry -> {}),
        (fresh, later) -> {
          Supervised one = all.computeIfAbsent(namespace, name -> new Supervised(name, definition));
          one.definition = definition;
          one.owner = null;
          one.failures = 0;
          attempts.connected(one, fresh, definition, later);
        });
  }

  /** Registers in this thread what nobody knows how to connect again. */
  void register(Namespace namespace, Supplier<Generation> registration) {
    byHand(namespace, registration, (fresh, later) -> leave(namespace, Optional.empty(), later));
  }

  /**
   * @param done decides, when what was registered is current
   */
  private void byHand(
      Namespace namespace,
      Supplier<Generation> registration,
      BiConsumer<Generation, List<Runnable>> done) {
    decisions.take(
        later -> {
          byHand.merge(namespace, 1, Integer::sum);
          Supervised one = all.get(namespace);
          if (one != null) {
            attempts.supersede(one);
          }
        });
    Generation fresh = null;
    try {
      fresh = registration.get();
    } finally {
      byHandEnded(namespace, fresh, done);
    }
  }

  private void byHandEnded(
      Namespace namespace,
      @Nullable Generation fresh,
      BiConsumer<Generation, List<Runnable>> done) {
    decisions.take(
        later -> {
          byHand.computeIfPresent(namespace, (name, count) -> count == 1 ? null : count - 1);
          if (fresh != null && !stopping && clients.isCurrent(fresh)) {
            done.accept(fresh, later);
            return;
          }
          Supervised one = all.get(namespace);
          if (one != null && !one.isServing()) {
            attempts.soon(one, Duration.ZERO);
          }
        });
  }

  // What a source wants.

  /** Wants a client; what is there by another definition is replaced once this one is connected. */
  void want(Namespace namespace, ClientDefinition definition, Object owner) {
    decisions.take(
        later -> {
          Supervised one = all.get(namespace);
          if (stopping) {
            return;
          }
          if (one == null) {
            one = new Supervised(namespace, definition);
            all.put(namespace, one);
          } else if (one.definition.equals(definition)) {
            one.owner = owner;
            return;
          } else {
            attempts.supersede(one);
            one.definition = definition;
            one.failures = 0;
          }
          one.owner = owner;
          clients.expect(namespace);
          attempts.soon(one, Duration.ZERO);
        });
  }

  /**
   * Wants a namespace no more, and removes its client.
   *
   * @param owner who does, if that counts only for what he wanted
   * @return whether there was anything
   */
  boolean remove(Namespace namespace, Optional<Object> owner) {
    if (owner.isPresent()) {
      Supervised one = all.get(namespace);
      if (one == null || one.owner != owner.get()) {
        return false;
      }
    }
    List<Boolean> wanted = new ArrayList<>(1);
    decisions.take(later -> wanted.add(leave(namespace, Optional.of("it was removed"), later)));
    return clients.remove(namespace, wanted.get(0)) || wanted.get(0);
  }

  /** Stops to care for a namespace; false when nobody did. Within a decision. */
  private boolean leave(Namespace namespace, Optional<String> why, List<Runnable> later) {
    Supervised one = all.remove(namespace);
    if (one == null) {
      return false;
    }
    one.gone = true;
    attempts.supersede(one);
    one.stopTimers();
    CompletableFuture<Void> waiting = one.flight;
    later.add(() -> one.settled.complete(null));
    later.add(
        () ->
            why.ifPresentOrElse(
                reason -> waiting.completeExceptionally(notWanted(namespace, reason)),
                () -> waiting.complete(null)));
    return true;
  }

  private static McpException.NotFound notWanted(Namespace namespace, String reason) {
    return new McpException.NotFound("There is no client \"" + namespace + "\": " + reason + ".");
  }

  // What becomes of it.

  /** The connection of a client is gone. */
  void lost(Generation generation) {
    Supervised one = all.get(generation.namespace());
    if (one != null) {
      decisions.take(later -> attempts.lost(one, generation));
    }
  }

  /**
   * Somebody wants to call it.
   *
   * @return completes when it may be worth to look for a client again, exceptionally when it is
   *     not; empty when nobody ever wanted that client
   */
  Optional<CompletableFuture<Void>> wake(Namespace namespace) {
    Supervised one = all.get(namespace);
    if (one == null) {
      return Optional.empty();
    }
    List<CompletableFuture<Void>> answer = new ArrayList<>(1);
    decisions.take(later -> answer.add(wake(one)));
    return Optional.of(answer.get(0));
  }

  private CompletableFuture<Void> wake(Supervised one) {
    Generation current = one.generation;
    if (current != null && current.phase() == HolderWord.Phase.OPEN) {
      return CompletableFuture.completedFuture(null);
    }
    if (one.gone || stopping) {
      return CompletableFuture.failedFuture(
          stopping ? Clients.registryClosed() : notWanted(one.namespace, "it was removed"));
    }
    if (current != null && one.standing().state() == State.READY) {
      // Whoever noticed the loss has not told yet.
      attempts.lost(one, current);
    }
    if (one.attempting || byHand.containsKey(one.namespace)) {
      return one.flight;
    }
    Supervised.Standing standing = one.standing();
    long now = time.nanos();
    long spacing = Background.nanos(config.wakeSpacing());
    long since = now - one.lastEnd;
    boolean auth = standing.state() == State.NEEDS_AUTH;
    if (standing.state() == State.IDLE || since >= (auth ? AUTH_SPACING * spacing : spacing)) {
      attempts.soon(one, Duration.ZERO);
      return one.flight;
    }
    OptionalLong next = standing.nextAttempt();
    return next.isPresent() && next.getAsLong() - now <= spacing
        ? one.flight
        : CompletableFuture.failedFuture(attempts.down(one));
  }

  /** Nothing is begun any more, and who waits is told so. */
  void stop() {
    decisions.take(
        later -> {
          stopping = true;
          for (Supervised one : all.values()) {
            one.gone = true;
            one.stopTimers();
            CompletableFuture<Void> waiting = one.flight;
            later.add(() -> waiting.completeExceptionally(Clients.registryClosed()));
            later.add(() -> one.settled.complete(null));
          }
        });
  }
}
