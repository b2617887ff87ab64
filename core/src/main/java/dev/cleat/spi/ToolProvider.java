// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import java.util.List;

/**
 * A plugin: opens a set of tools from its part of the configuration.
 *
 * <p>Found by {@link java.util.ServiceLoader} ({@code
 * META-INF/services/dev.cleat.spi.ToolProvider}). The constructor does nothing; so does every
 * method but {@link #open} and {@link #availability}.
 */
public interface ToolProvider {
  /** The key of its part of the configuration, and its name in messages; lower case. */
  String name();

  /** What its tools are for, in one sentence. */
  String description();

  /** The settings it knows; any other is an error that names the nearest of these. */
  default List<Setting> settings() {
    return List.of();
  }

  /** Whether it could work here, and if not, why and what would help; ends within seconds. */
  default Availability availability(ProviderContext context) {
    return new Availability.Available("");
  }

  /**
   * Opens its tools. Called again for each change of the configuration; the caller closes each set.
   *
   * @throws ConfigException when a setting is wrong
   */
  ToolSet open(ProviderContext context);
}
