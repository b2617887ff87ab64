// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import static java.util.Objects.requireNonNull;

/**
 * Whether one thing that a server needs is there.
 *
 * @param name what it is
 * @param ready whether it is there
 * @param detail for people; no secrets
 */
public record Readiness(String name, boolean ready, String detail) {
  /** Checks that all is there. */
  public Readiness {
    requireNonNull(name, "name");
    requireNonNull(detail, "detail");
  }
}
