// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which jobs are over. Ray goes on to list what they were waiting for as if it waited still.
 *
 * @param ids Ray's own ids
 */
record EndedJobs(Set<String> ids) {
  /** When that cannot be found out: then nothing is over. */
  static final EndedJobs NONE = new EndedJobs(Set.of());

  static EndedJobs of(StateApi state) throws InterruptedException {
    Set<String> ids = new HashSet<>();
    StateQuery drivers =
        StateQuery.first(StateBounds.MOST_ROWS)
            .where("worker_type", "DRIVER")
            .where("is_alive", "false");
    state.workers(drivers).rows().forEach(driver -> ids.add(driver.jobId()));
    return new EndedJobs(Set.copyOf(ids));
  }

  boolean has(Optional<String> rayJobId) {
    return rayJobId.map(ids::contains).orElse(false);
  }
}
