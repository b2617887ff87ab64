// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the supervisor knows of one namespace. All fields but {@link #standing} are guarded by the
 * supervisor's lock.
 */
final class Supervised {
  /**
   * What others may see of it at any time.
   *
   * @param state what becomes of it
   * @param failures how often in a row it failed
   * @param trouble why
   * @param nextAttempt when it is tried again, in nanoseconds of the registry's time
   */
  record Standing(State state, int failures, Optional<String> trouble, OptionalLong nextAttempt) {}

  final Namespace namespace;
  ClientDefinition definition;

  /** The source that wants it; null when that is the application itself. */
  @Nullable Object owner;

  /** Grows with every decision from outside; what was begun under an older one is void. */
  long epoch;

  /** The one that was connected last; may be lost or idle by now. */
  @Nullable Generation generation;

  /** The one whose loss was counted last. */
  @Nullable Generation counted;

  /** What {@link #generation} was connected by. */
  @Nullable ClientDefinition running;

  /** Whether it has been taken out. */
  boolean gone;

  /** Whether a thread is connecting it. There is never a second one. */
  boolean attempting;

  /** What the attempt can be interrupted by, while it runs. */
  Registrations.@Nullable Entry attempt;

  int failures;
  int misses;
  long connectedAt;
  long lastEnd;

  /** Completes when the attempt that runs, or the next one, ends. */
  CompletableFuture<Void> flight = new CompletableFuture<>();

  /** Completes when the first attempt has ended. */
  final CompletableFuture<Void> settled = new CompletableFuture<>();

  private Runnable retry = Supervised::noTimer;
  private Runnable health = Supervised::noTimer;
  private Runnable idle = Supervised::noTimer;

  private volatile Standing standing =
      new Standing(State.CONNECTING, 0, Optional.empty(), OptionalLong.empty());

  Supervised(Namespace namespace, ClientDefinition definition) {
    this.namespace = namespace;
    this.definition = definition;
  }

  Standing standing() {
    return standing;
  }

  void stand(State state, Optional<String> trouble, OptionalLong nextAttempt) {
    standing = new Standing(state, failures, trouble, nextAttempt);
  }

  /** Whether its client is the wanted one, and open. */
  boolean isServing() {
    Generation current = generation;
    return current != null
        && current.phase() == HolderWord.Phase.OPEN
        && definition.equals(running);
  }

  void retryWith(Runnable timer) {
    retry.run();
    retry = timer;
  }

  void stopRetry() {
    retryWith(Supervised::noTimer);
  }

  void healthWith(Runnable timer) {
    health.run();
    health = timer;
  }

  void idleWith(Runnable timer) {
    idle.run();
    idle = timer;
  }

  private static void noTimer() {}

  void stopTimers() {
    stopRetry();
    healthWith(Supervised::noTimer);
    idleWith(Supervised::noTimer);
  }

  /** How long it may be without calls; zero for ever. */
  Duration idleLimit(RegistryConfig config) {
    return definition.idleLimit().orElse(config.idleLimit());
  }
}
