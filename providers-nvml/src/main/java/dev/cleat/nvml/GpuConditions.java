// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.Finding.Opinion;
import dev.cleat.nvml.Finding.Severity;
import dev.cleat.nvml.GpuFacts.Fabric;
import dev.cleat.nvml.GpuFacts.Links;
import dev.cleat.nvml.GpuFacts.Memory;
import dev.cleat.nvml.GpuFacts.Pcie;
import dev.cleat.nvml.GpuFacts.SlowdownTime;
import dev.cleat.nvml.GpuFacts.Thresholds;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The rules about the conditions a GPU works under: heat, clocks, load, links. Pure. */
record GpuConditions(
    GpuSample gpu,
    RateWindow window,
    HealthLimits limits,
    Penalties penalties,
    List<Finding> findings) {

  static final long SOFTWARE_POWER_CAP = 0x4;
  static final long HARDWARE_SLOWDOWN = 0x8;
  static final long SOFTWARE_THERMAL = 0x20;
  static final long HARDWARE_THERMAL = 0x40;
  static final long POWER_BRAKE = 0x80;

  /** Adds what it finds. */
  void judge() {
    temperatures();
    gpu.get(GpuQuery.CLOCK_REASONS).ifPresent(this::clocks);
    gpu.get(GpuQuery.MEMORY).ifPresent(this::memory);
    gpu.get(GpuQuery.PCIE).ifPresent(this::pcie);
    gpu.get(GpuQuery.NVLINK).ifPresent(this::nvlink);
    gpu.get(GpuQuery.FABRIC).ifPresent(this::fabric);
    if (gpu.get(GpuQuery.PERSISTENCE).equals(Optional.of(false))) {
      findings.add(
          Finding.of("persistence_off", Severity.WARNING, "off", GpuQuery.PERSISTENCE.call())
              .limit("on")
              .action("Turn persistence mode on, or the driver forgets its state between programs.")
              .penalty(penalties.persistenceOff()));
    }
  }

  private void temperatures() {
    Optional<Thresholds> own = gpu.get(GpuQuery.THRESHOLDS);
    OptionalInt slowdown = own.map(Thresholds::slowdownCelsius).orElse(OptionalInt.empty());
    String whose = slowdown.isPresent() ? "" : " (Cleat's own, because the driver gives none)";
    int critical = slowdown.orElse(limits.fallbackSlowdownCelsius());
    OptionalInt operating = own.map(Thresholds::maxOperatingCelsius).orElse(OptionalInt.empty());
    gpu.get(GpuQuery.TEMPERATURE)
        .ifPresent(
            celsius -> {
              if (celsius >= critical) {
                heat(
                    "temperature",
                    Severity.CRITICAL,
                    celsius,
                    "slowdown at " + critical + whose,
                    penalties.tempCritical());
              } else if (operating.isPresent() && celsius >= operating.getAsInt()) {
                heat(
                    "temperature",
                    Severity.DEGRADED,
                    celsius,
                    "operating limit " + operating.getAsInt(),
                    penalties.tempHigh());
              } else if (celsius >= critical - limits.elevatedMarginCelsius()) {
                heat(
                    "temperature",
                    Severity.WARNING,
                    celsius,
                    "slowdown at " + critical + whose,
                    penalties.tempElevated());
              }
            });
    OptionalInt memoryMax = own.map(Thresholds::memoryMaxCelsius).orElse(OptionalInt.empty());
    gpu.get(GpuQuery.MEMORY_TEMPERATURE)
        .filter(celsius -> memoryMax.isPresent() && celsius >= memoryMax.getAsInt())
        .ifPresent(
            celsius ->
                heat(
                    "memory_temperature",
                    Severity.CRITICAL,
                    celsius,
                    "memory limit " + memoryMax.getAsInt(),
                    penalties.tempCritical()));
  }

  private void heat(String id, Severity severity, int celsius, String limit, int penalty) {
    findings.add(
        Finding.of(id, severity, celsius + " °C", GpuQuery.TEMPERATURE.call())
            .limit(limit + " °C")
            .action("Check fans, airflow and inlet temperature; move work away until it is cool.")
            .penalty(penalty));
  }

  private void clocks(long reasons) {
    if ((reasons & SOFTWARE_POWER_CAP) != 0) {
      findings.add(
          Finding.of(
                  "power_cap",
                  Severity.INFO,
                  "at its power limit, as under full load",
                  GpuQuery.CLOCK_REASONS.call())
              .penalty(penalties.powerHigh()));
    }
    if ((reasons & SOFTWARE_THERMAL) != 0) {
      findings.add(
          slowed(
              "slowdown_software_thermal",
              Severity.WARNING,
              reasons,
              "the driver holds clocks down for heat",
              penalties.throttleMinor()));
    }
    if ((reasons & (HARDWARE_THERMAL | HARDWARE_SLOWDOWN)) != 0 && (reasons & POWER_BRAKE) == 0) {
      boolean lasting = lasting(SlowdownTime::thermalNanos);
      findings.add(
          slowed(
              "slowdown_hardware",
              lasting ? Severity.CRITICAL : Severity.DEGRADED,
              reasons,
              "the hardware holds clocks down" + (lasting ? ", most of the time" : ""),
              penalties.throttleSevere()));
    }
    if ((reasons & POWER_BRAKE) != 0) {
      boolean lasting = lasting(SlowdownTime::powerBrakeNanos);
      findings.add(
          slowed(
                  "power_brake",
                  lasting ? Severity.CRITICAL : Severity.DEGRADED,
                  reasons,
                  "the power brake holds clocks down" + (lasting ? ", most of the time" : ""),
                  penalties.throttleSevere())
              .action("Check the power supplies and power capping of the node."));
    }
  }

  private Finding slowed(String id, Severity severity, long reasons, String what, int penalty) {
    return Finding.of(
            id,
            severity,
            what + " (reasons 0x" + Long.toHexString(reasons) + ")",
            GpuQuery.CLOCK_REASONS.call())
        .action("Check fans, airflow and inlet temperature.")
        .by(Opinion.DRIVER)
        .penalty(penalty);
  }

  private boolean lasting(java.util.function.ToLongFunction<SlowdownTime> nanos) {
    return window.share(gpu, GpuQuery.SLOWDOWN_TIME, nanos).orElse(0.0)
        >= limits.throttleMinorShare();
  }

  private void memory(Memory memory) {
    if (memory.totalBytes() > 0
        && memory.usedBytes() >= limits.memoryFull() * memory.totalBytes()) {
      findings.add(
          Finding.of(
                  "memory_full",
                  Severity.INFO,
                  Math.round(100.0 * memory.usedBytes() / memory.totalBytes())
                      + " % in use, as in training",
                  GpuQuery.MEMORY.call())
              .penalty(penalties.memoryHigh()));
    }
  }

  private void pcie(Pcie link) {
    boolean loaded = gpu.get(GpuQuery.UTILIZATION).orElse(0) >= limits.underLoadPercent();
    if (loaded && (link.width() < link.maxWidth() || link.generation() < link.maxGeneration())) {
      findings.add(
          Finding.of(
                  "pcie_degraded",
                  Severity.DEGRADED,
                  pcie(link.generation(), link.width()) + " under load",
                  GpuQuery.PCIE.call())
              .limit(pcie(link.maxGeneration(), link.maxWidth()))
              .action("Reseat the board or riser when the node is drained; check the slot.")
              .penalty(penalties.pcieDegraded()));
    }
    window
        .perHour(gpu, GpuQuery.PCIE_REPLAYS, Long::longValue)
        .filter(rate -> rate.perHour() > limits.pcieReplaysPerHour())
        .ifPresent(
            rate ->
                findings.add(
                    Finding.of(
                            "pcie_replays",
                            Severity.WARNING,
                            rate.text(),
                            GpuQuery.PCIE_REPLAYS.call())
                        .limit(Math.round(limits.pcieReplaysPerHour()) + " per hour")
                        .action("Watch it; a bad riser or slot shows like this.")
                        .penalty(penalties.pcieDegraded())));
  }

  private static String pcie(int generation, int width) {
    return "generation " + generation + " x" + width;
  }

  private void nvlink(Links links) {
    List<String> down =
        IntStream.range(0, links.active().size())
            .filter(link -> !links.active().get(link))
            .mapToObj(String::valueOf)
            .toList();
    // No link at all in use is how a machine without NVLink bridges looks.
    if (!down.isEmpty() && down.size() < links.active().size()) {
      findings.add(
          Finding.of(
                  "nvlink_down",
                  Severity.DEGRADED,
                  "link "
                      + String.join(", ", down)
                      + " inactive, "
                      + (links.active().size() - down.size())
                      + " active",
                  GpuQuery.NVLINK.call())
              .limit(links.active().size() + " active")
              .action("Keep multi-GPU work off it; reset the GPUs at both ends when drained.")
              .penalty(penalties.nvlinkDown()));
    }
  }

  private void fabric(Fabric fabric) {
    if (!fabric.complete() || fabric.healthMask() != 0) {
      findings.add(
          Finding.of(
                  "fabric",
                  Severity.CRITICAL,
                  (fabric.complete() ? "registered" : "registration not complete")
                      + ", status "
                      + fabric.status()
                      + ", health mask 0x"
                      + Integer.toHexString(fabric.healthMask()),
                  GpuQuery.FABRIC.call())
              .action("Keep multi-GPU work off the node; look at the fabric manager's log.")
              .by(Opinion.DRIVER)
              .penalty(penalties.nvlinkDown()));
    }
  }
}
