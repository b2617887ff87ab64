// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/** How a GPU or a machine is, worst first. What could not be read is never healthy. */
enum Verdict {
  CRITICAL,
  UNKNOWN,
  DEGRADED,
  WARNING,
  HEALTHY;

  Verdict worse(Verdict other) {
    return compareTo(other) <= 0 ? this : other;
  }
}
