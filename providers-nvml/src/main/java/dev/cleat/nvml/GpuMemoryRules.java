// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.Finding.Opinion;
import dev.cleat.nvml.Finding.Severity;
import dev.cleat.nvml.GpuFacts.Ecc;
import dev.cleat.nvml.GpuFacts.Remap;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The rules about errors of GPU memory and their repair. What was counted since the driver was
 * loaded decides, with the state of the repair; what was counted over the life of the GPU is
 * history. Pure.
 */
record GpuMemoryRules(
    GpuSample gpu,
    RateWindow window,
    HealthLimits limits,
    Penalties penalties,
    List<Finding> findings) {

  /** Adds what it finds. */
  void judge() {
    ecc();
    memoryRepair();
  }

  private void ecc() {
    Optional<Ecc> recent = gpu.get(GpuQuery.ECC_VOLATILE);
    long uncorrected = recent.map(Ecc::uncorrected).orElse(0L);
    if (uncorrected > 0) {
      findings.add(
          Finding.of(
                  "ecc_uncorrected",
                  Severity.CRITICAL,
                  uncorrected + " since the driver was loaded",
                  GpuQuery.ECC_VOLATILE.call())
              .limit("0")
              .action(
                  "Drain " + gpu.id().text() + " and reset it; if it comes back, replace the GPU.")
              .penalty(penalties.eccUncorrected()));
    }
    long lifetime = gpu.get(GpuQuery.ECC_AGGREGATE).map(Ecc::uncorrected).orElse(0L);
    if (lifetime > uncorrected) {
      findings.add(
          Finding.of(
              "ecc_history",
              Severity.INFO,
              lifetime
                  + " uncorrected errors in its life, "
                  + uncorrected
                  + " since the driver was loaded",
              GpuQuery.ECC_AGGREGATE.call()));
    }
    rate(GpuQuery.ECC_VOLATILE, Ecc::corrected, limits.correctedEccPerHour())
        .ifPresent(
            rate ->
                findings.add(
                    Finding.of(
                            "ecc_corrected_rate",
                            Severity.WARNING,
                            rate,
                            GpuQuery.ECC_VOLATILE.call())
                        .limit(Math.round(limits.correctedEccPerHour()) + " per hour")
                        .action(
                            "Watch it; a rate that goes on rising foretells uncorrectable errors.")
                        .penalty(penalties.eccCorrected())));
  }

  private <T> Optional<String> rate(
      GpuQuery<T> query, ToLongFunction<T> counter, double limitPerHour) {
    return window
        .perHour(gpu, query, counter)
        .filter(rate -> rate.perHour() > limitPerHour)
        .map(RateWindow.Rate::text);
  }

  private void memoryRepair() {
    gpu.get(GpuQuery.REMAP).ifPresent(this::remap);
    if (gpu.get(GpuQuery.PAGES_PENDING).equals(Optional.of(true))) {
      pending("retired_pages_pending", "retired pages wait for a reset", GpuQuery.PAGES_PENDING);
    }
    if (gpu.get(GpuQuery.SRAM_THRESHOLD).equals(Optional.of(true))) {
      findings.add(
          Finding.of(
                  "sram_threshold",
                  Severity.DEGRADED,
                  "SRAM errors are over the device's threshold",
                  GpuQuery.SRAM_THRESHOLD.call())
              .action("Collect nvidia-bug-report.sh and contact the vendor.")
              .by(Opinion.DRIVER)
              .penalty(penalties.sramThreshold()));
    }
  }

  private void remap(Remap remap) {
    if (remap.failed()) {
      findings.add(
          Finding.of(
                  "remap_failed",
                  Severity.CRITICAL,
                  "a bad memory row could not be replaced",
                  GpuQuery.REMAP.call())
              .action("Take " + gpu.id().text() + " out of use and replace it.")
              .by(Opinion.DRIVER)
              .penalty(penalties.remapFailure()));
    }
    if (remap.pending()) {
      pending("remap_pending", "a memory row waits for a reset to be replaced", GpuQuery.REMAP);
    }
    if (remap.banksWithoutSpare() > 0) {
      findings.add(
          Finding.of(
                  "remap_no_spare",
                  Severity.WARNING,
                  remap.banksWithoutSpare() + " banks without a spare row",
                  "nvmlDeviceGetRowRemapperHistogram")
              .limit("0")
              .action("Plan to replace " + gpu.id().text() + ": the next bad row there cannot be.")
              .penalty(penalties.remapNoSpare()));
    }
  }

  private void pending(String id, String value, GpuQuery<?> query) {
    findings.add(
        Finding.of(id, Severity.DEGRADED, value, query.call())
            .action("Reset " + gpu.id().text() + " when it is drained.")
            .by(Opinion.DRIVER)
            .penalty(penalties.remapPending()));
  }
}
