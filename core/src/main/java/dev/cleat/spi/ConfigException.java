// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

/** The configuration is wrong; the message says where, what is allowed, and what to do. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that starts with the place, such as {@code providers.ray.dashboard: …}. */
  public ConfigException(String message) {
    super(message);
  }
}
