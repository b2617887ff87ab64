// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What the host lends a provider.
 *
 * @param config the provider's part of the configuration
 * @param clock the time of day
 * @param random randomness
 */
public record ProviderContext(ProviderConfig config, InstantSource clock, RandomGenerator random) {
  /** Checks that all are there. */
  public ProviderContext {
    requireNonNull(config, "config");
    requireNonNull(clock, "clock");
    requireNonNull(random, "random");
  }

  /**
   * A context with the system's clock and randomness.
   *
   * @throws ConfigException when the provider does not know a setting
   */
  public static ProviderContext of(ToolProvider provider, Map<String, ?> settings) {
    return new ProviderContext(
        ProviderConfig.of(provider, settings), InstantSource.system(), new SecureRandom());
  }
}
