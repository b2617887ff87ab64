// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.time.Duration;
import org.immutables.value.Value;

/** How a registry treats the clients it replaces, and calls that did not leave. Immutable. */
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

  /** Refuses what makes no sense. */
  @Value.Check
  default void check() {
    if (drainLimit().isNegative()
        || closeLimit().isNegative()
        || forceLimit().isNegative()
        || maxResends() < 0) {
      throw new IllegalArgumentException("Limits must not be negative: " + this);
    }
  }

  /** Builds configurations. */
  final class Builder extends ImmutableRegistryConfig.Builder {
    Builder() {}
  }
}
