// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * Something that was seen, how bad it is, and what to do about it.
 *
 * @param id what kind of finding it is; stable
 * @param gpu empty when it is about the machine
 * @param value what was read
 * @param limit against what it was held; empty when there is nothing to compare with
 * @param source the call, field or record it was read from
 * @param since from when on it is known, if that is known
 * @param action what to do; empty when there is nothing to do
 * @param penalty what it takes off the score
 */
record Finding(
    String id,
    Optional<GpuId> gpu,
    Severity severity,
    String value,
    Optional<String> limit,
    String source,
    Optional<Instant> since,
    String action,
    Opinion opinion,
    int penalty) {

  /**
   * Worst first, then by penalty, GPU and id, so that the same findings are always told in one
   * order.
   */
  static final Comparator<Finding> WORST_FIRST =
      Comparator.comparing(Finding::severity)
          .thenComparing(Finding::penalty, Comparator.reverseOrder())
          .thenComparing(finding -> finding.gpu().flatMap(GpuId::index).orElse(Integer.MAX_VALUE))
          .thenComparing(Finding::id)
          .thenComparing(Finding::value);

  /** How much it weighs, worst first; each but the last decides a verdict of the same name. */
  enum Severity {
    CRITICAL(Verdict.CRITICAL),
    UNKNOWN(Verdict.UNKNOWN),
    DEGRADED(Verdict.DEGRADED),
    WARNING(Verdict.WARNING),
    INFO(Verdict.HEALTHY);

    private final Verdict verdict;

    Severity(Verdict verdict) {
      this.verdict = verdict;
    }

    Verdict verdict() {
      return verdict;
    }
  }

  /** Whose opinion it is. */
  enum Opinion {
    DRIVER,
    NVIDIA_CATALOGUE,
    CLEAT
  }

  static Finding of(String id, Severity severity, String value, String source) {
    return new Finding(
        id,
        Optional.empty(),
        severity,
        value,
        Optional.empty(),
        source,
        Optional.empty(),
        "",
        Opinion.CLEAT,
        0);
  }

  Finding about(GpuId which) {
    return new Finding(
        id, Optional.of(which), severity, value, limit, source, since, action, opinion, penalty);
  }

  Finding limit(String text) {
    return new Finding(
        id, gpu, severity, value, Optional.of(text), source, since, action, opinion, penalty);
  }

  Finding since(Optional<Instant> time) {
    return new Finding(id, gpu, severity, value, limit, source, time, action, opinion, penalty);
  }

  Finding action(String text) {
    return new Finding(id, gpu, severity, value, limit, source, since, text, opinion, penalty);
  }

  Finding by(Opinion whose) {
    return new Finding(id, gpu, severity, value, limit, source, since, action, whose, penalty);
  }

  Finding penalty(int points) {
    return new Finding(id, gpu, severity, value, limit, source, since, action, opinion, points);
  }
}
