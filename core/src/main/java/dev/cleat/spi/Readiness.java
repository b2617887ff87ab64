// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static java.util.Objects.requireNonNull;

/**
 * Whether something works now.
 *
 * @param name what it is, such as {@code nvml}
 * @param ready whether it works; what is not known does not
 * @param detail for people: what was found, or what is wrong; no secrets
 */
public record Readiness(String name, boolean ready, String detail) {
  /** Checks that all is there. */
  public Readiness {
    requireNonNull(name, "name");
    requireNonNull(detail, "detail");
  }
}
