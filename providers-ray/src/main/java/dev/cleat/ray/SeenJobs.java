// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs whose logs were read last, as they were then: where the log of such a job lies is known
 * before Ray is asked again, and only has to be confirmed. Thread-safe.
 */
final class SeenJobs {
  private static final int MOST = 256;

  // By use, the oldest first. Guarded by itself.
  private final Map<String, Job> jobs = new LinkedHashMap<>(16, 0.75f, true);

  Optional<Job> find(String id) {
    synchronized (jobs) {
      return Optional.ofNullable(jobs.get(id));
    }
  }

  /** Remembers a job that has got as far as a node. */
  void add(String id, Job job) {
    synchronized (jobs) {
      jobs.put(id, job);
      if (jobs.size() > MOST) {
        jobs.remove(jobs.keySet().iterator().next());
      }
    }
  }
}
