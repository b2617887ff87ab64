// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One machine as the tools see it: GPUs behind the seam, a kernel log, and what earlier calls saw.
 * Safe for any number of threads.
 */
final class GpuMachine {

  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final Duration APART = Duration.ofMinutes(1);

  private final Nvml nvml;
  private final KernelLog log;
  private final InstantSource clock;
  private final Optional<Integer> expected;

  // Complete samples of the last hour, oldest first, at least a minute apart: so never more than
  // 61.
  private final AtomicReference<List<NodeSample>> history = new AtomicReference<>(List.of());

  GpuMachine(Nvml nvml, KernelLog log, InstantSource clock, Optional<Integer> expected) {
    this.nvml = nvml;
    this.log = log;
    this.clock = clock;
    this.expected = expected;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  Optional<Integer> expected() {
    return expected;
  }

  NodeSample identities() {
    return Sampler.sample(nvml, now(), GpuQuery.IDENTITY);
  }

  /** Everything, remembered for the rates of later calls. */
  NodeSample sample() {
    NodeSample sample = Sampler.sample(nvml, now(), GpuQuery.ALL);
    history.updateAndGet(before -> with(before, sample));
    return sample;
  }

  private static List<NodeSample> with(List<NodeSample> before, NodeSample sample) {
    List<NodeSample> kept = new ArrayList<>();
    for (NodeSample old : before) {
      Duration age = Duration.between(old.takenAt(), sample.takenAt());
      if (age.compareTo(REMEMBERED) <= 0 && !age.isNegative()) {
        kept.add(old);
      }
    }
    boolean soon =
        !kept.isEmpty()
            && Duration.between(kept.get(kept.size() - 1).takenAt(), sample.takenAt())
                    .compareTo(APART)
                < 0;
    if (!soon) {
      kept.add(sample);
    }
    return List.copyOf(kept);
  }

  /** The oldest sample that is remembered. */
  Optional<NodeSample> earlier() {
    return history.get().stream().findFirst();
  }

  KernelLog.Content readLog(Instant now) throws KernelLog.Unreadable {
    return log.read(now);
  }
}
