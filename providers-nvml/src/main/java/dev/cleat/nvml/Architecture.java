// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/** A generation of GPUs, oldest first, with what NVML can be expected to answer for it. */
enum Architecture {
  /** One this build does not know, or could not read: nothing may be taken for absent. */
  UNKNOWN,
  VOLTA,
  TURING,
  AMPERE,
  ADA,
  HOPPER,
  BLACKWELL;

  /** The driver branch from which on it answers field 230. */
  static final int RECOVERY_ACTION_SINCE_DRIVER = 570;

  /**
   * Whether "not supported" is the right answer of this model under that driver, and not a GPU that
   * has stopped to answer.
   *
   * @param driverBranch the number before the first dot of the driver's version, 0 when it is not
   *     known
   */
  boolean lacks(GpuQuery<?> query, int driverBranch) {
    if (query == GpuQuery.RECOVERY_ACTION) {
      return (driverBranch > 0 && driverBranch < RECOVERY_ACTION_SINCE_DRIVER) || before(AMPERE);
    }
    if (query == GpuQuery.REMAP || query == GpuQuery.SRAM_THRESHOLD) {
      return before(AMPERE);
    }
    if (query == GpuQuery.PAGES_PENDING) {
      return !before(AMPERE) && this != UNKNOWN;
    }
    if (query == GpuQuery.FABRIC) {
      return before(HOPPER);
    }
    if (query == GpuQuery.NVLINK || query == GpuQuery.MIG || query == GpuQuery.MEMORY_TEMPERATURE) {
      return this == TURING || this == ADA || (this == VOLTA && query == GpuQuery.MIG);
    }
    return false;
  }

  private boolean before(Architecture other) {
    return this != UNKNOWN && compareTo(other) < 0;
  }
}
