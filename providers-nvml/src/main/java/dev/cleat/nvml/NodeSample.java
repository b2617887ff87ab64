// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The whole machine at one moment.
 *
 * @param failure why the GPUs could not even be counted; then {@code gpus} is empty
 */
record NodeSample(
    String source,
    String node,
    Instant takenAt,
    Reading<String> driverVersion,
    Reading<String> cudaVersion,
    Optional<NvmlException> failure,
    List<GpuSample> gpus,
    Optional<List<PciAddress>> pciBus,
    Optional<Instant> driverLoadedAt) {

  NodeSample {
    gpus = List.copyOf(gpus);
  }

  /** The number before the first dot of the driver's version; 0 when it is not known. */
  int driverBranch() {
    String version = driverVersion.value().orElse("");
    int dot = version.indexOf('.');
    String branch = dot < 0 ? version : version.substring(0, dot);
    return branch.matches("[0-9]{1,6}") ? Integer.parseInt(branch) : 0;
  }

  Optional<GpuSample> gpu(int index) {
    return index >= 0 && index < gpus.size() ? Optional.of(gpus.get(index)) : Optional.empty();
  }

  Optional<GpuSample> at(PciAddress pci) {
    return gpus.stream()
        .filter(gpu -> gpu.pci().map(PciAddress::board).equals(Optional.of(pci.board())))
        .findFirst();
  }

  /** Addresses that the kernel lists and no GPU answers for, in order. */
  List<PciAddress> missing() {
    return pciBus.orElse(List.of()).stream().filter(pci -> at(pci).isEmpty()).sorted().toList();
  }
}
