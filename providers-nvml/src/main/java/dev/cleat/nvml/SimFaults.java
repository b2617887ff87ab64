// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.GpuFacts.Clock;
import dev.cleat.nvml.GpuFacts.Ecc;
import dev.cleat.nvml.GpuFacts.Links;
import dev.cleat.nvml.GpuFacts.Pcie;
import dev.cleat.nvml.GpuFacts.Remap;
import dev.cleat.nvml.GpuFacts.SlowdownTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What each scenario does to the GPUs. */
final class SimFaults {

  private static final int CORRECTED_PER_HOUR = 240;

  private SimFaults() {}

  static void apply(SimScenario scenario, List<SimGpu> gpus, SimGpu sick, Random random) {
    switch (scenario) {
      case HEALTHY, APP_FAULT, COUNT_MISMATCH -> {}
      case IDLE -> gpus.forEach(gpu -> gpu.load(0, 0.0, random));
      case TRAINING -> gpus.forEach(gpu -> gpu.load(99, 0.977, random));
      case LOST -> sick.failAllBut(List.of(), NvmlCode.GPU_IS_LOST);
      case HANG -> sick.failAllBut(GpuQuery.IDENTITY.subList(0, 4), NvmlCode.TIMEOUT);
      case RESET_REQUIRED ->
          sick.failAllBut(GpuQuery.IDENTITY.subList(0, 4), NvmlCode.RESET_REQUIRED);
      case STRAGGLER -> {
        gpus.forEach(gpu -> gpu.load(90, 0.8, random));
        sick.set(GpuQuery.CLOCK, new Clock(sick.model.maxSmMhz * 82 / 100, sick.model.maxSmMhz));
      }
      case NO_PERMISSION ->
          gpus.forEach(
              gpu ->
                  List.of(
                          GpuQuery.ECC_VOLATILE,
                          GpuQuery.ECC_AGGREGATE,
                          GpuQuery.REMAP,
                          GpuQuery.RECOVERY_ACTION)
                      .forEach(query -> gpu.fail(query, NvmlCode.NO_PERMISSION)));
      case OLD_DRIVER ->
          gpus.forEach(
              gpu -> {
                gpu.fail(GpuQuery.RECOVERY_ACTION, NvmlCode.NOT_SUPPORTED);
                gpu.fail(GpuQuery.SRAM_THRESHOLD, NvmlCode.FUNCTION_NOT_FOUND);
                gpu.fail(GpuQuery.FABRIC, NvmlCode.FUNCTION_NOT_FOUND);
              });
      default -> one(scenario, sick);
    }
  }

  private static void one(SimScenario scenario, SimGpu gpu) {
    switch (scenario) {
      case DBE_NEW -> {
        gpu.set(GpuQuery.ECC_VOLATILE, new Ecc(3, 2));
        gpu.set(GpuQuery.ECC_AGGREGATE, new Ecc(7, 2));
      }
      case DBE_OLD -> gpu.set(GpuQuery.ECC_AGGREGATE, new Ecc(1_204, 3));
      case ECC_RISING ->
          gpu.changing(
              GpuQuery.ECC_VOLATILE,
              elapsed ->
                  new Ecc(
                      SimulatedNvml.UPTIME.plus(elapsed).toMinutes() * CORRECTED_PER_HOUR / 60, 0));
      case REMAP_PENDING -> {
        gpu.set(GpuQuery.REMAP, new Remap(0, 1, true, false, 0));
        gpu.set(GpuQuery.PAGES_PENDING, true);
        hideWhatTheModelLacks(gpu);
      }
      case REMAP_FAILED -> gpu.set(GpuQuery.REMAP, new Remap(0, 8, false, true, 1));
      case HOT -> {
        gpu.set(GpuQuery.TEMPERATURE, gpu.model.slowdownCelsius + 1);
        gpu.set(
            GpuQuery.CLOCK_REASONS,
            GpuConditions.HARDWARE_SLOWDOWN | GpuConditions.HARDWARE_THERMAL);
      }
      case POWER_BRAKE -> {
        gpu.set(
            GpuQuery.CLOCK_REASONS, GpuConditions.HARDWARE_SLOWDOWN | GpuConditions.POWER_BRAKE);
        gpu.changing(
            GpuQuery.SLOWDOWN_TIME,
            elapsed -> new SlowdownTime(0, elapsed.plus(Duration.ofMinutes(12)).toNanos()));
      }
      case NVLINK_DOWN -> {
        List<Boolean> links = new ArrayList<>(Collections.nCopies(gpu.model.nvlinks, true));
        links.set(3, false);
        gpu.set(GpuQuery.NVLINK, new Links(links));
      }
      case PCIE_NARROW ->
          gpu.set(
              GpuQuery.PCIE, new Pcie(gpu.model.pcieGeneration, gpu.model.pcieGeneration, 8, 16));
      case MEMORY_CASCADE -> {
        gpu.set(GpuQuery.ECC_VOLATILE, new Ecc(0, 1));
        gpu.set(GpuQuery.ECC_AGGREGATE, new Ecc(2, 1));
        gpu.set(GpuQuery.REMAP, new Remap(0, 1, true, false, 0));
        gpu.set(GpuQuery.RECOVERY_ACTION, 1);
        gpu.set(GpuQuery.UTILIZATION, 0);
      }
      case GSP_TIMEOUT -> gpu.set(GpuQuery.RECOVERY_ACTION, 1);
      default -> throw new IllegalStateException(scenario + " is about all GPUs");
    }
  }

  private static void hideWhatTheModelLacks(SimGpu gpu) {
    GpuQuery.ALL.stream()
        .filter(
            query -> gpu.model.architecture.lacks(query, Architecture.RECOVERY_ACTION_SINCE_DRIVER))
        .forEach(query -> gpu.fail(query, NvmlCode.NOT_SUPPORTED));
  }
}
