// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Optional;

/** Which GPU is meant: as much of index, UUID and PCI address as is known. */
record GpuId(Optional<Integer> index, Optional<String> uuid, Optional<PciAddress> pci) {

  static GpuId at(PciAddress pci) {
    return new GpuId(Optional.empty(), Optional.empty(), Optional.of(pci));
  }

  /** For people: {@code GPU 5}, else its address. */
  String text() {
    return index
        .map(number -> "GPU " + number)
        .or(() -> pci.map(address -> "the GPU at " + address.text()))
        .orElse("a GPU");
  }
}
