// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How many workers a cluster is to have.
 *
 * @param workers how many, the head not counted
 * @param group which group of workers, where a back end has several
 * @param drain how long a worker that is to go may finish what it runs
 * @param dryRun whether only to say what would be done
 */
public record ScaleRequest(int workers, Optional<String> group, Duration drain, boolean dryRun) {
  /** Checks that all parts are there. */
  public ScaleRequest {
    requireNonNull(group, "group");
    requireNonNull(drain, "drain");
  }
}
