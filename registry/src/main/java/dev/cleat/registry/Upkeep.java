// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.registry.RegistrySnapshot.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Looks after clients that are connected: asks those without calls for a sign of life, and stops
 * those that nobody uses.
 *
 * <p>A client with calls is never asked: it may do one thing at a time, and be well while it does
 * not answer. Calls have their own limits, and count for the breaker.
 */
final class Upkeep {
  /** Each wait is cut by up to a tenth, so that a thousand clients are not asked at once. */
  private static final double JITTER = 0.1;

  private final RegistryConfig config;
  private final Clients clients;
  private final Time time;
  private final Consumer<Runnable> workers;
  private final Decisions decisions;
  private final Events events;
  private final Metering metering;
  private final RandomGenerator random;

  Upkeep(
      RegistryConfig config,
      Clients clients,
      Time time,
      Consumer<Runnable> workers,
      Decisions decisions,
      Events events,
      Metering metering,
      RandomGenerator random) {
    this.config = config;
    this.clients = clients;
    this.time = time;
    this.workers = workers;
    this.decisions = decisions;
    this.events = events;
    this.metering = metering;
    this.random = random;
  }

  /** Within a decision: a client is connected, and looked after until it is not. */
  void begin(Supervised one, Generation generation) {
    one.misses = 0;
    if (!config.healthInterval().isZero()) {
      askAfter(config.healthInterval(), one, generation);
    }
    Duration idleLimit = one.idleLimit(config);
    if (!idleLimit.isZero()) {
      generation.trackUse(time);
      one.idleWith(time.after(idleLimit, () -> stopIfIdle(one, generation, idleLimit)));
    }
  }

  private void askAfter(Duration delay, Supervised one, Generation generation) {
    long nanos = Background.nanos(delay);
    Duration jittered = Duration.ofNanos(nanos - (long) (random.nextDouble() * JITTER * nanos));
    one.healthWith(time.after(jittered, () -> workers.accept(() -> ask(one, generation))));
  }

  private void ask(Supervised one, Generation generation) {
    boolean missed = generation.holders() == 0 && isSilent(generation);
    decisions.take(later -> judge(one, generation, missed, later));
  }

  private void judge(Supervised one, Generation generation, boolean missed, List<Runnable> later) {
    if (one.gone || one.generation != generation) {
      metering.staleVerdict(generation.namespace());
      return;
    }
    if (generation.phase() != HolderWord.Phase.OPEN) {
      return;
    }
    one.misses = missed ? one.misses + 1 : 0;
    if (one.misses >= config.healthMisses()) {
      later.add(() -> clients.lose(generation, silence()));
      return;
    }
    // One miss means nothing; but it is looked at more closely then.
    boolean soon = missed && config.healthLimit().compareTo(config.healthInterval()) < 0;
    askAfter(soon ? config.healthLimit() : config.healthInterval(), one, generation);
  }

  private String silence() {
    return "it gave no sign of life, "
        + config.healthMisses()
        + " times within "
        + config.healthLimit().toMillis()
        + " ms.";
  }

  private boolean isSilent(Generation generation) {
    if (!generation.tryAcquire()) {
      return false;
    }
    try {
      generation.client().ping(config.healthLimit());
      return false;
    } catch (McpException.TimedOut e) {
      // A call that came meanwhile may be what keeps it from answering.
      return generation.holders() == 1;
    } catch (McpException otherTrouble) {
      // It has said something, or its connection has ended, which is noticed elsewhere.
      return false;
    } finally {
      generation.release();
    }
  }

  private void stopIfIdle(Supervised one, Generation generation, Duration limit) {
    decisions.take(
        later -> {
          if (one.gone || one.generation != generation) {
            return;
          }
          long left = Background.nanos(limit) - (time.nanos() - generation.lastUsed());
          boolean wanted = generation.holders() > 0 || clients.isListenedTo(generation);
          if (left <= 0 && !wanted && generation.stopIfIdle()) {
            one.stopTimers();
            one.stand(State.IDLE, Optional.empty(), OptionalLong.empty());
            events.publish(
                generation.namespace(),
                generation.number(),
                Kind.IDLE,
                "not used for " + limit.toSeconds() + " s");
          } else if (generation.phase() == HolderWord.Phase.OPEN) {
            // Used meanwhile, or right now: the limit counts from the end of that.
            Duration next = left > 0 ? Duration.ofNanos(left) : limit;
            one.idleWith(time.after(next, () -> stopIfIdle(one, generation, limit)));
          }
        });
  }
}
