// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the rules found.
 *
 * @param ofNode findings about the machine, not about one of its GPUs
 * @param hidden what this driver does not tell about some GPU
 */
record HealthReport(NodeSample sample, List<Gpu> gpus, List<Finding> ofNode, List<String> hidden) {

  HealthReport {
    gpus = List.copyOf(gpus);
    ofNode = List.copyOf(ofNode);
    hidden = List.copyOf(hidden);
  }

  /**
   * One GPU.
   *
   * @param findings worst first
   * @param score 0 to 100, for sorting; empty when too much is unread
   */
  record Gpu(GpuSample sample, List<Finding> findings, Optional<Integer> score) {

    Gpu {
      findings = List.copyOf(findings);
    }

    Verdict verdict() {
      return verdictOf(findings);
    }
  }

  /** The verdict that the worst of the findings decides. */
  static Verdict verdictOf(List<Finding> findings) {
    return findings.stream()
        .map(finding -> finding.severity().verdict())
        .reduce(Verdict.HEALTHY, Verdict::worse);
  }

  Verdict verdict() {
    return verdictOf(findings());
  }

  /** All findings, worst first. */
  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(ofNode);
    gpus.forEach(gpu -> all.addAll(gpu.findings()));
    all.sort(Finding.WORST_FIRST);
    return all;
  }

  /** The lowest score; empty when there is none, or a GPU has none. */
  Optional<Integer> score() {
    boolean all = gpus.stream().allMatch(gpu -> gpu.score().isPresent());
    int node = Math.max(0, 100 - ofNode.stream().mapToInt(Finding::penalty).sum());
    return all
            && ofNode.stream().noneMatch(finding -> finding.severity() == Finding.Severity.UNKNOWN)
        ? gpus.stream()
            .flatMap(gpu -> gpu.score().stream())
            .min(Comparator.naturalOrder())
            .map(lowest -> Math.min(lowest, node))
        : Optional.empty();
  }

  /** Without the GPUs that are not asked about; findings about the machine stay. */
  HealthReport only(List<Integer> indices) {
    return new HealthReport(
        sample,
        gpus.stream().filter(gpu -> indices.contains(gpu.sample().index())).toList(),
        ofNode,
        hidden);
  }
}
