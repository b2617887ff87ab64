// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.GpuFacts.Clock;
import dev.cleat.nvml.GpuFacts.Ecc;
import dev.cleat.nvml.GpuFacts.Fabric;
import dev.cleat.nvml.GpuFacts.Links;
import dev.cleat.nvml.GpuFacts.Memory;
import dev.cleat.nvml.GpuFacts.Mig;
import dev.cleat.nvml.GpuFacts.MigInstance;
import dev.cleat.nvml.GpuFacts.Pcie;
import dev.cleat.nvml.GpuFacts.Power;
import dev.cleat.nvml.GpuFacts.Remap;
import dev.cleat.nvml.GpuFacts.SlowdownTime;
import dev.cleat.nvml.GpuFacts.Thresholds;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;

/**
 * The state of one simulated GPU: for each question a value, as a function of the time since the
 * start, or a code.
 */
final class SimGpu {

  final SimModel model;
  final PciAddress pci;
  private final Map<GpuQuery<?>, Function<Duration, Object>> values = new HashMap<>();
  private final Map<GpuQuery<?>, NvmlCode> codes = new HashMap<>();

  SimGpu(SimModel model, PciAddress pci, boolean split, Random random) {
    this.model = model;
    this.pci = pci;
    set(GpuQuery.UUID, uuid("GPU-", random));
    set(GpuQuery.PCI, pci);
    set(GpuQuery.NAME, model.model);
    set(GpuQuery.ARCHITECTURE, model.architecture);
    set(
        GpuQuery.THRESHOLDS,
        new Thresholds(
            OptionalInt.of(model.maxOperatingCelsius),
            OptionalInt.of(model.slowdownCelsius),
            some(model.memoryMaxCelsius)));
    set(GpuQuery.SLOWDOWN_TIME, new SlowdownTime(0, 0));
    set(GpuQuery.ECC_ENABLED, true);
    set(GpuQuery.ECC_VOLATILE, new Ecc(0, 0));
    set(GpuQuery.ECC_AGGREGATE, new Ecc(random.nextInt(3), 0));
    set(GpuQuery.SRAM_THRESHOLD, false);
    set(GpuQuery.REMAP, new Remap(0, 0, false, false, 0));
    set(GpuQuery.PAGES_PENDING, false);
    set(GpuQuery.RECOVERY_ACTION, 0);
    set(GpuQuery.PCIE_REPLAYS, 0L);
    set(GpuQuery.NVLINK, new Links(Collections.nCopies(model.nvlinks, true)));
    set(GpuQuery.FABRIC, new Fabric(true, 0, 0));
    set(GpuQuery.PERSISTENCE, true);
    set(GpuQuery.INFOROM_VALID, true);
    set(GpuQuery.MIG, new Mig(split, split ? instances(random) : List.of()));
    load(35, 0.41, random);
    if (split) {
      fail(GpuQuery.UTILIZATION, NvmlCode.NOT_SUPPORTED);
    }
    GpuQuery.ALL.stream()
        .filter(query -> model.architecture.lacks(query, Architecture.RECOVERY_ACTION_SINCE_DRIVER))
        .forEach(query -> fail(query, NvmlCode.NOT_SUPPORTED));
  }

  private static OptionalInt some(int celsius) {
    return celsius == 0 ? OptionalInt.empty() : OptionalInt.of(celsius);
  }

  private static List<MigInstance> instances(Random random) {
    long slice = 4_864L << 20;
    return List.of(
        new MigInstance(1, "3g.20gb", uuid("MIG-", random), 4 * slice),
        new MigInstance(3, "2g.10gb", uuid("MIG-", random), 2 * slice),
        new MigInstance(9, "1g.5gb", uuid("MIG-", random), slice));
  }

  private static String uuid(String prefix, Random random) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    StringBuilder text = new StringBuilder(prefix);
    for (int i = 0; i < bytes.length; i++) {
      text.append(i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "");
      text.append(String.format(Locale.ROOT, "%02x", bytes[i] & 0xff));
    }
    return text.toString();
  }

  /** Sets all that follows from how busy it is. */
  void load(int utilization, double memoryUsed, Random random) {
    boolean capped = utilization > 95;
    boolean idle = utilization == 0;
    int celsius = idle ? 29 + random.nextInt(4) : 42 + utilization / 5 + random.nextInt(5);
    long watts =
        idle
            ? model.powerLimitWatts / 10
            : model.powerLimitWatts * (30L + utilization * 7 / 10) / 100;
    set(GpuQuery.UTILIZATION, utilization);
    set(GpuQuery.MEMORY, new Memory(model.memoryBytes, (long) (memoryUsed * model.memoryBytes)));
    set(GpuQuery.TEMPERATURE, celsius);
    set(GpuQuery.MEMORY_TEMPERATURE, celsius + 8);
    set(
        GpuQuery.POWER,
        new Power(
            1_000L * (capped ? model.powerLimitWatts : watts), 1_000L * model.powerLimitWatts));
    set(
        GpuQuery.CLOCK,
        new Clock(
            idle ? 345 : model.maxSmMhz - (capped ? 225 : 0) - 15 * random.nextInt(3),
            model.maxSmMhz));
    set(GpuQuery.CLOCK_REASONS, idle ? 0x1L : capped ? 0x4L : 0L);
    set(GpuQuery.PCIE, new Pcie(idle ? 1 : model.pcieGeneration, model.pcieGeneration, 16, 16));
  }

  <T> void set(GpuQuery<T> query, T value) {
    changing(query, elapsed -> value);
  }

  <T> void changing(GpuQuery<T> query, Function<Duration, T> value) {
    codes.remove(query);
    values.put(query, value::apply);
  }

  void fail(GpuQuery<?> query, NvmlCode code) {
    codes.put(query, code);
  }

  void failAllBut(List<GpuQuery<?>> answered, NvmlCode code) {
    GpuQuery.ALL.stream()
        .filter(query -> !answered.contains(query))
        .forEach(query -> fail(query, code));
  }

  <T> T read(GpuQuery<T> query, Duration elapsed) throws NvmlException {
    NvmlCode code = codes.get(query);
    Function<Duration, Object> value = values.get(query);
    if (code != null || value == null) {
      throw new NvmlException(query.call(), code == null ? NvmlCode.NOT_SUPPORTED : code);
    }
    return query.cast(value.apply(elapsed));
  }
}
