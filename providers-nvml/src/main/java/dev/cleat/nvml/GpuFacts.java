// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.List;
import java.util.OptionalInt;

/** What NVML tells about a GPU in more than one number. Units are in the names. */
final class GpuFacts {

  private GpuFacts() {}

  record Memory(long totalBytes, long usedBytes) {}

  record Power(long drawMilliwatts, long limitMilliwatts) {}

  record Clock(int smMhz, int maxSmMhz) {}

  /** The device's own limits; one that the driver does not give is empty. */
  record Thresholds(
      OptionalInt maxOperatingCelsius, OptionalInt slowdownCelsius, OptionalInt memoryMaxCelsius) {}

  /** How long clocks were held down since the driver was loaded. */
  record SlowdownTime(long thermalNanos, long powerBrakeNanos) {}

  record Ecc(long corrected, long uncorrected) {}

  /** Row remapping; {@code banksWithoutSpare} is the last class of the remapper's histogram. */
  record Remap(
      int correctable, int uncorrectable, boolean pending, boolean failed, int banksWithoutSpare) {}

  record Pcie(int generation, int maxGeneration, int width, int maxWidth) {}

  /** One entry for each NVLink of the GPU, true where it is active. */
  record Links(List<Boolean> active) {
    Links {
      active = List.copyOf(active);
    }
  }

  /**
   * {@code complete}: registration with the fabric is done; a health mask of 0 is a fabric without
   * complaint.
   */
  record Fabric(boolean complete, int status, int healthMask) {}

  record Mig(boolean enabled, List<MigInstance> instances) {
    Mig {
      instances = List.copyOf(instances);
    }
  }

  record MigInstance(int gpuInstance, String profile, String uuid, long memoryBytes) {}
}
