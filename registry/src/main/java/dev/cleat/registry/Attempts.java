// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Connects what is supervised, and connects it again. An attempt runs in a worker, and reports what
 * came of it as a decision; all other methods are called within one.
 */
final class Attempts {
  private static final Logger LOG = System.getLogger(Attempts.class.getName());

  private final RegistryConfig config;
  private final Clients clients;
  private final Connector connector;
  private final Time time;
  private final Consumer<Runnable> workers;
  private final Events events;
  private final Backoff backoff;
  private final Upkeep upkeep;
  private final Decisions decisions;
  private final Predicate<Namespace> heldUp;

  /**
   * @param heldUp whether nothing may be attempted in a namespace now
   */
  Attempts(
      RegistryConfig config,
      Clients clients,
      Connector connector,
      Time time,
      Consumer<Runnable> workers,
      Events events,
      Backoff backoff,
      Upkeep upkeep,
      Decisions decisions,
      Predicate<Namespace> heldUp) {
    this.config = config;
    this.clients = clients;
    this.connector = connector;
    this.time = time;
    this.workers = workers;
    this.events = events;
    this.backoff = backoff;
    this.upkeep = upkeep;
    this.decisions = decisions;
    this.heldUp = heldUp;
  }

  /** Attempts to connect one after a while, unless somebody is at it who looks again afterwards. */
  void soon(Supervised one, Duration delay) {
    if (one.gone || one.attempting || heldUp.test(one.namespace)) {
      // Whoever is at it looks again when that has ended.
      return;
    }
    long epoch = one.epoch;
    if (delay.isZero()) {
      one.stopRetry();
      one.attempting = true;
      one.stand(State.CONNECTING, one.standing().trouble(), OptionalLong.empty());
      ClientDefinition definition = one.definition;
      workers.accept(() -> attempt(one, epoch, definition));
    } else {
      one.stand(
          one.failures >= config.crashLoopAfter() ? State.CRASH_LOOP : State.BACKOFF,
          one.standing().trouble(),
          OptionalLong.of(time.nanos() + Background.nanos(delay)));
      one.retryWith(
          time.after(
              delay,
              () ->
                  decisions.take(
                      later -> {
                        if (one.epoch == epoch) {
                          soon(one, Duration.ZERO);
                        }
                      })));
    }
  }

  private void attempt(Supervised one, long epoch, ClientDefinition definition) {
    events.publish(one.namespace, 0, Kind.CONNECTING, "");
    Generation fresh = null;
    Throwable failure = null;
    try {
      fresh = connect(one.namespace, definition, entry -> begun(one, epoch, entry));
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      ended(one, epoch, definition, fresh, failure);
    }
  }

  /** Connects and registers one in this thread. */
  Generation connect(
      Namespace namespace, ClientDefinition definition, Consumer<Registrations.Entry> begun) {
    return clients.register(
        namespace,
        () -> connector.connect(namespace, definition),
        connector.terms(definition, config),
        begun);
  }

  private void begun(Supervised one, long epoch, Registrations.Entry entry) {
    decisions.take(
        later -> {
          if (one.gone || one.epoch != epoch || heldUp.test(one.namespace)) {
            throw new McpException.Cancelled("connecting \"" + one.namespace + "\"", false);
          }
          one.attempt = entry;
        });
  }

  private void ended(
      Supervised one,
      long epoch,
      ClientDefinition definition,
      @Nullable Generation fresh,
      @Nullable Throwable failure) {
    decisions.take(
        later -> {
          one.attempting = false;
          one.attempt = null;
          one.lastEnd = time.nanos();
          if (one.gone) {
            return;
          }
          if (fresh != null && clients.isCurrent(fresh)) {
            connected(one, fresh, definition, later);
            if (!definition.equals(one.definition)) {
              soon(one, Duration.ZERO);
            }
          } else if (one.epoch == epoch) {
            failed(one, failure, later);
          } else if (!one.isServing()) {
            // Something else is wanted by now.
            soon(one, Duration.ZERO);
          }
        });
  }

  /** One is connected. */
  void connected(
      Supervised one, Generation fresh, ClientDefinition definition, List<Runnable> later) {
    one.generation = fresh;
    one.running = definition;
    one.connectedAt = time.nanos();
    one.stand(State.READY, Optional.empty(), OptionalLong.empty());
    CompletableFuture<Void> waiting = one.flight;
    one.flight = new CompletableFuture<>();
    later.add(() -> waiting.complete(null));
    later.add(() -> one.settled.complete(null));
    if (fresh.isLost()) {
      lost(one, fresh);
    } else {
      upkeep.begin(one, fresh);
    }
  }

  private void failed(Supervised one, @Nullable Throwable failure, List<Runnable> later) {
    String why = failure == null ? "it was replaced." : String.valueOf(failure.getMessage());
    boolean needsAuth =
        failure instanceof McpException.ConnectFailed refused && refused.needsAuthentication();
    one.failures++;
    one.stand(needsAuth ? State.NEEDS_AUTH : State.BACKOFF, Optional.of(why), OptionalLong.empty());
    if (needsAuth) {
      events.publish(one.namespace, 0, Kind.NEEDS_AUTH, why);
    } else {
      soon(one, backoff.delay(one.failures));
      boolean loops = one.failures == config.crashLoopAfter();
      events.publish(one.namespace, 0, loops ? Kind.CRASH_LOOP : Kind.CONNECT_FAILED, why);
    }
    CompletableFuture<Void> waiting = one.flight;
    one.flight = new CompletableFuture<>();
    McpException.NotSent down = down(one);
    later.add(() -> waiting.completeExceptionally(down));
    later.add(() -> one.settled.complete(null));
    if (!(failure instanceof McpException)) {
      LOG.log(Level.WARNING, () -> "Connecting \"" + one.namespace + "\" failed", failure);
    }
  }

  /** The connection of one is gone. */
  void lost(Supervised one, Generation generation) {
    if (one.gone || one.generation != generation || !generation.isLost() || one.attempting) {
      return;
    }
    // One that is lost just as it becomes current is told by both who noticed.
    if (one.counted != generation) {
      boolean wasStable = time.nanos() - one.connectedAt >= Background.nanos(config.stableAfter());
      one.failures = wasStable ? 0 : one.failures + 1;
      one.counted = generation;
    }
    one.stopTimers();
    one.stand(State.BACKOFF, generation.lost(), OptionalLong.empty());
    soon(one, backoff.delay(one.failures));
  }

  /** Why one cannot be called, and when it is tried again. */
  McpException.NotSent down(Supervised one) {
    Supervised.Standing standing = one.standing();
    String next =
        standing.nextAttempt().isPresent()
            ? " It is tried again in "
                + Math.max(1, (standing.nextAttempt().getAsLong() - time.nanos()) / 1_000_000)
                + " ms."
            : "";
    return new McpException.NotSent(
        "The client \""
            + one.namespace
            + "\" is down: "
            + standing.trouble().orElse("it is not connected yet.")
            + next);
  }

  /** What was begun for one is void from now on. */
  void supersede(Supervised one) {
    one.epoch++;
    one.stopRetry();
    if (one.attempt != null) {
      clients.interrupt(one.attempt);
    }
  }
}
