// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A dashboard and what to show it.
 *
 * @param address where it answers
 * @param token sent to that address and nowhere else
 * @param trusted whether a person configured the address. One that came from a tool's caller, or
 *     was found somewhere, is not trusted: it must not lead to a link-local or metadata address.
 */
public record DashboardEndpoint(DashboardAddress address, Optional<String> token, boolean trusted) {
  /** Checks that all parts are there. */
  public DashboardEndpoint {
    requireNonNull(address, "address");
    requireNonNull(token, "token");
  }

  /** Without the token. */
  @Override
  public String toString() {
    return address + (token.isPresent() ? " with a token" : "");
  }
}
