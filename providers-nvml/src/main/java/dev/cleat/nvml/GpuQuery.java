// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.GpuFacts.Clock;
import dev.cleat.nvml.GpuFacts.Ecc;
import dev.cleat.nvml.GpuFacts.Fabric;
import dev.cleat.nvml.GpuFacts.Links;
import dev.cleat.nvml.GpuFacts.Memory;
import dev.cleat.nvml.GpuFacts.Mig;
import dev.cleat.nvml.GpuFacts.Pcie;
import dev.cleat.nvml.GpuFacts.Power;
import dev.cleat.nvml.GpuFacts.Remap;
import dev.cleat.nvml.GpuFacts.SlowdownTime;
import dev.cleat.nvml.GpuFacts.Thresholds;
import java.util.List;

/**
 * A question that can be put to one GPU: what it is called, which call answers it, what comes back.
 * The whole list is what Cleat reads; there is no question that changes a GPU.
 */
final class GpuQuery<T> {

  static final GpuQuery<String> UUID = of("uuid", "nvmlDeviceGetUUID", String.class);
  static final GpuQuery<PciAddress> PCI = of("pci", "nvmlDeviceGetPciInfo_v3", PciAddress.class);
  static final GpuQuery<String> NAME = of("model", "nvmlDeviceGetName", String.class);
  static final GpuQuery<Architecture> ARCHITECTURE =
      of("architecture", "nvmlDeviceGetArchitecture", Architecture.class);
  static final GpuQuery<Memory> MEMORY = of("memory", "nvmlDeviceGetMemoryInfo_v2", Memory.class);
  static final GpuQuery<Integer> UTILIZATION =
      of("utilization", "nvmlDeviceGetUtilizationRates", Integer.class);
  static final GpuQuery<Power> POWER = of("power", "nvmlDeviceGetPowerUsage", Power.class);
  static final GpuQuery<Clock> CLOCK = of("clock", "nvmlDeviceGetClockInfo", Clock.class);
  static final GpuQuery<Integer> TEMPERATURE =
      of("temperature", "nvmlDeviceGetTemperature", Integer.class);
  static final GpuQuery<Integer> MEMORY_TEMPERATURE =
      of("memory temperature", "NVML field 82", Integer.class);
  static final GpuQuery<Thresholds> THRESHOLDS =
      of("temperature limits", "nvmlDeviceGetTemperatureThreshold", Thresholds.class);
  static final GpuQuery<Long> CLOCK_REASONS =
      of("clocks event reasons", "nvmlDeviceGetCurrentClocksEventReasons", Long.class);
  static final GpuQuery<SlowdownTime> SLOWDOWN_TIME =
      of("slowdown time", "nvmlDeviceGetViolationStatus", SlowdownTime.class);
  static final GpuQuery<Boolean> ECC_ENABLED =
      of("ECC mode", "nvmlDeviceGetEccMode", Boolean.class);
  static final GpuQuery<Ecc> ECC_VOLATILE =
      of("ECC since driver load", "nvmlDeviceGetTotalEccErrors (volatile)", Ecc.class);
  static final GpuQuery<Ecc> ECC_AGGREGATE =
      of("ECC of its life", "nvmlDeviceGetTotalEccErrors (aggregate)", Ecc.class);
  static final GpuQuery<Boolean> SRAM_THRESHOLD =
      of("SRAM error threshold", "nvmlDeviceGetSramEccErrorStatus", Boolean.class);
  static final GpuQuery<Remap> REMAP =
      of("row remapping", "nvmlDeviceGetRemappedRows", Remap.class);
  static final GpuQuery<Boolean> PAGES_PENDING =
      of("retired pages", "nvmlDeviceGetRetiredPagesPendingStatus", Boolean.class);
  static final GpuQuery<Integer> RECOVERY_ACTION =
      of("recovery action", "NVML field 230", Integer.class);
  static final GpuQuery<Pcie> PCIE = of("PCIe link", "nvmlDeviceGetCurrPcieLinkWidth", Pcie.class);
  static final GpuQuery<Long> PCIE_REPLAYS =
      of("PCIe replays", "nvmlDeviceGetPcieReplayCounter", Long.class);
  static final GpuQuery<Links> NVLINK = of("NVLink", "nvmlDeviceGetNvLinkState", Links.class);
  static final GpuQuery<Fabric> FABRIC =
      of("NVLink fabric", "nvmlDeviceGetGpuFabricInfoV", Fabric.class);
  static final GpuQuery<Boolean> PERSISTENCE =
      of("persistence mode", "nvmlDeviceGetPersistenceMode", Boolean.class);
  static final GpuQuery<Boolean> INFOROM_VALID =
      of("InfoROM", "nvmlDeviceValidateInforom", Boolean.class);
  static final GpuQuery<Mig> MIG = of("MIG", "nvmlDeviceGetMigMode", Mig.class);

  /** What says who a GPU is and what it is. */
  static final List<GpuQuery<?>> IDENTITY =
      List.of(UUID, PCI, NAME, ARCHITECTURE, MEMORY, MIG, UTILIZATION);

  /** Everything. */
  static final List<GpuQuery<?>> ALL =
      List.of(
          UUID,
          PCI,
          NAME,
          ARCHITECTURE,
          MEMORY,
          MIG,
          UTILIZATION,
          POWER,
          CLOCK,
          TEMPERATURE,
          MEMORY_TEMPERATURE,
          THRESHOLDS,
          CLOCK_REASONS,
          SLOWDOWN_TIME,
          ECC_ENABLED,
          ECC_VOLATILE,
          ECC_AGGREGATE,
          SRAM_THRESHOLD,
          REMAP,
          PAGES_PENDING,
          RECOVERY_ACTION,
          PCIE,
          PCIE_REPLAYS,
          NVLINK,
          FABRIC,
          PERSISTENCE,
          INFOROM_VALID);

  private final String label;
  private final String call;
  private final Class<T> type;

  private GpuQuery(String label, String call, Class<T> type) {
    this.label = label;
    this.call = call;
    this.type = type;
  }

  private static <T> GpuQuery<T> of(String label, String call, Class<T> type) {
    return new GpuQuery<>(label, call, type);
  }

  /** For people: {@code row remapping}. */
  String label() {
    return label;
  }

  /** The NVML function or field that answers. */
  String call() {
    return call;
  }

  T cast(Object value) {
    return type.cast(value);
  }

  @Override
  public String toString() {
    return label;
  }
}
