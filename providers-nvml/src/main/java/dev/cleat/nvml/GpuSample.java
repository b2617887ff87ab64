// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Map;
import java.util.Optional;

/**
 * One GPU at one moment: every question put to it, with its reading.
 *
 * @param inferredPci the address by elimination, when the GPU itself did not tell it
 */
record GpuSample(
    int index, Map<GpuQuery<?>, Reading<?>> readings, Optional<PciAddress> inferredPci) {

  GpuSample {
    readings = Map.copyOf(readings);
  }

  /** The value, or empty when it was not asked for or could not be read. */
  <T> Optional<T> get(GpuQuery<T> query) {
    Reading<?> reading = readings.get(query);
    return reading == null ? Optional.empty() : reading.value().map(query::cast);
  }

  /** The code that came instead of a value. */
  Optional<NvmlCode> code(GpuQuery<?> query) {
    Reading<?> reading = readings.get(query);
    return reading == null ? Optional.empty() : reading.code();
  }

  Optional<PciAddress> pci() {
    return get(GpuQuery.PCI).or(() -> inferredPci);
  }

  GpuId id() {
    return new GpuId(Optional.of(index), get(GpuQuery.UUID), pci());
  }

  Architecture architecture() {
    return get(GpuQuery.ARCHITECTURE).orElse(Architecture.UNKNOWN);
  }
}
