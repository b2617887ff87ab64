// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

/** Looks up what the simulation calls a GPU under the default seed. */
final class SimulatedUuid {

  private SimulatedUuid() {}

  static String of(SimProfile profile, int index) {
    FixedClock clock = new FixedClock();
    try (SimulatedNvml nvml = new SimulatedNvml(profile, SimScenario.HEALTHY, 1, clock)) {
      return nvml.read(index, GpuQuery.UUID);
    } catch (NvmlException e) {
      throw new AssertionError(e);
    }
  }
}
