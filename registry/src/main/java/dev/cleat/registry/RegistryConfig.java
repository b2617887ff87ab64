// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.time.Duration;
import org.immutables.value.Value;

/** How a registry treats its clients and the calls to them. Immutable. */
@Value.Immutable
public interface RegistryConfig {
  /** What holds when nothing else is said. */
  static RegistryConfig defaults() {
    return builder().build();
  }

  /** Starts from the defaults. */
  static Builder builder() {
    return new Builder();
  }

  /** How long a replaced client may take to finish its calls before it is closed under them. */
  @Value.Default
  default Duration drainLimit() {
    return Duration.ofMinutes(5);
  }

  /** How long {@link McpRegistry#close} waits for running calls, all clients together. */
  @Value.Default
  default Duration closeLimit() {
    return Duration.ofSeconds(10);
  }

  /**
   * How long {@link McpRegistry#close} then waits for what it closed under its calls, before it
   * leaves that behind and says so in the log.
   */
  @Value.Default
  default Duration forceLimit() {
    return Duration.ofSeconds(15);
  }

  /** How often a call that was not sent is tried again on the newest client. */
  @Value.Default
  default int maxResends() {
    return 2;
  }

  /** How many calls one client gets at once, unless its definition says otherwise. */
  @Value.Default
  default int maxConcurrentCalls() {
    return 256;
  }

  /** How many more may wait for their turn, per client; beyond that they are refused at once. */
  @Value.Default
  default int maxQueuedCalls() {
    return 1_024;
  }

  /** After how many unanswered calls in a row the next ones are refused; 0 for never. */
  @Value.Default
  default int breakerThreshold() {
    return 5;
  }

  /** How long they are refused before one is let through, to see whether it is answered. */
  @Value.Default
  default Duration breakerPause() {
    return Duration.ofSeconds(10);
  }

  /**
   * About how long to wait before a client is connected again that has just failed. Doubles with
   * each failure in a row, up to {@link #reconnectCap}; each wait is cut by up to a half, at
   * random.
   */
  @Value.Default
  default Duration reconnectDelay() {
    return Duration.ofMillis(250);
  }

  /** The longest such wait. */
  @Value.Default
  default Duration reconnectCap() {
    return Duration.ofMinutes(1);
  }

  /** After how many failures in a row a client is shown as in a crash loop. */
  @Value.Default
  default int crashLoopAfter() {
    return 5;
  }

  /** How long a client has to stay connected for its earlier failures to be forgotten. */
  @Value.Default
  default Duration stableAfter() {
    return Duration.ofSeconds(30);
  }

  /**
   * How long after a failed attempt a call may start the next one ahead of its time; calls that
   * come sooner are refused, unless an attempt is about as near. Thirty times as long where the
   * server wants authentication.
   */
  @Value.Default
  default Duration wakeSpacing() {
    return Duration.ofSeconds(1);
  }

  /** How often a client without calls is asked for a sign of life; zero for never. */
  @Value.Default
  default Duration healthInterval() {
    return Duration.ofMinutes(1);
  }

  /** How long it may take to give it. */
  @Value.Default
  default Duration healthLimit() {
    return Duration.ofSeconds(10);
  }

  /** How often in a row it may fail to, before it is connected anew. */
  @Value.Default
  default int healthMisses() {
    return 3;
  }

  /**
   * How long a client may be without calls before it is stopped, unless its definition says
   * otherwise; the next call starts it again. Zero for never.
   */
  @Value.Default
  default Duration idleLimit() {
    return Duration.ZERO;
  }

  /** Refuses what makes no sense. */
  @Value.Check
  default void check() {
    if (drainLimit().isNegative()
        || closeLimit().isNegative()
        || forceLimit().isNegative()
        || wakeSpacing().isNegative()
        || stableAfter().isNegative()
        || healthInterval().isNegative()
        || idleLimit().isNegative()
        || maxResends() < 0
        || maxQueuedCalls() < 0
        || breakerThreshold() < 0) {
      throw new IllegalArgumentException("Limits must not be negative: " + this);
    }
    if (isNotAboveZero(reconnectDelay())
        || isNotAboveZero(breakerPause())
        || isNotAboveZero(healthLimit())
        || maxConcurrentCalls() < 1
        || crashLoopAfter() < 1
        || healthMisses() < 1) {
      throw new IllegalArgumentException(
          "reconnectDelay, breakerPause, healthLimit, maxConcurrentCalls, crashLoopAfter and"
              + " healthMisses have to be above zero: "
              + this);
    }
    if (reconnectCap().compareTo(reconnectDelay()) < 0) {
      throw new IllegalArgumentException("reconnectCap has to be at least reconnectDelay: " + this);
    }
  }

  private static boolean isNotAboveZero(Duration duration) {
    return duration.isNegative() || duration.isZero();
  }

  /** Builds configurations. */
  final class Builder extends ImmutableRegistryConfig.Builder {
    Builder() {}
  }
}
