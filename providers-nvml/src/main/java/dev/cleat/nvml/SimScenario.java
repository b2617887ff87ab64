// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be the matter with a simulated machine: one state for each rule of health, with the
 * kernel log that goes with it.
 */
enum SimScenario {
  /** A machine under moderate load, without complaint. */
  HEALTHY,
  /** Nobody uses it: slow clocks, a sleeping PCIe link. */
  IDLE,
  /** Full memory, full load, power at its cap: busy, and well. */
  TRAINING,
  /** One GPU fell off the bus. */
  LOST,
  /** One GPU refuses to answer until it is reset. */
  RESET_REQUIRED,
  /** Calls to one GPU do not return. */
  HANG,
  /** The driver counts one GPU fewer than the kernel sees. */
  COUNT_MISMATCH,
  /** Uncorrected memory errors since the driver was loaded. */
  DBE_NEW,
  /** Uncorrected memory errors long ago: history. */
  DBE_OLD,
  /** Many corrected memory errors each hour. */
  ECC_RISING,
  /** A bad memory row will be replaced at the next reset. */
  REMAP_PENDING,
  /** A bad memory row could not be replaced. */
  REMAP_FAILED,
  /** One GPU at its slowdown temperature. */
  HOT,
  /** The power brake has held one GPU down for some minutes. */
  POWER_BRAKE,
  /** One NVLink of one GPU is inactive. */
  NVLINK_DOWN,
  /** One GPU has half its PCIe lanes, under load. */
  PCIE_NARROW,
  /** One GPU clocks 18 % below its peers under the same load. */
  STRAGGLER,
  /** The process may not read error counters. */
  NO_PERMISSION,
  /** A driver that does not know newer questions. */
  OLD_DRIVER,
  /** A program touched memory that is not its own; the GPU is well. */
  APP_FAULT,
  /** An uncorrectable memory error, its clean-up, and the driver's verdict: reset this GPU. */
  MEMORY_CASCADE,
  /** The GPU's own processor stopped to answer. */
  GSP_TIMEOUT;

  static Optional<SimScenario> named(String name) {
    return List.of(values()).stream().filter(s -> s.wireName().equals(name)).findFirst();
  }

  /** As it is written in settings: {@code memory-cascade}. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Why it makes no sense on that machine, if it does not. */
  Optional<String> refuses(SimProfile profile) {
    SimModel model = profile.models().get(profile.sick());
    boolean old = model.architecture.compareTo(Architecture.AMPERE) < 0;
    return switch (this) {
      case NVLINK_DOWN -> because(model.nvlinks == 0, model.model + " has no NVLink");
      case REMAP_FAILED, MEMORY_CASCADE -> because(old, model.model + " has no row remapper");
      case GSP_TIMEOUT -> because(old, model.model + " is driven without a GSP");
      case STRAGGLER ->
          because(
              profile.models().stream().filter(model::equals).count()
                  < HealthLimits.standard().cohort(),
              "it takes four GPUs of one model to tell");
      case COUNT_MISMATCH -> because(profile.models().size() < 2, "it takes two GPUs");
      default -> Optional.empty();
    };
  }

  private static Optional<String> because(boolean refused, String why) {
    return refused ? Optional.of(why) : Optional.empty();
  }
}
