// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

/** Whether calls to a client are let through by its circuit breaker. */
public enum BreakerState {
  /** They are. */
  CLOSED,
  /** They are refused, because several in a row were not answered. */
  OPEN,
  /** One is let through, to see whether it is answered. */
  HALF_OPEN
}
