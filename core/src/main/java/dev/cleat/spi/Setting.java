// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

/**
 * One setting of a provider.
 *
 * @param key its name in the configuration
 * @param description what it means, with an example
 * @param secret whether its value must never be shown
 */
public record Setting(String key, String description, boolean secret) {
  /** A setting whose value may be shown. */
  public static Setting of(String key, String description) {
    return new Setting(key, description, false);
  }

  /** A setting whose value must never be shown. */
  public static Setting secret(String key, String description) {
    return new Setting(key, description, true);
  }
}
