// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the questions and keeps every answer, so that one GPU that fails leaves the others answered.
 */
final class Sampler {

  /** More than any machine has; a driver that counts more is not believed. */
  static final int MOST_GPUS = 256;

  private Sampler() {}

  static NodeSample sample(Nvml nvml, Instant now, List<GpuQuery<?>> queries) {
    List<GpuSample> gpus = new ArrayList<>();
    Optional<NvmlException> failure = Optional.empty();
    try {
      int count = Math.min(nvml.count(), MOST_GPUS);
      for (int index = 0; index < count; index++) {
        gpus.add(gpu(nvml, index, queries));
      }
    } catch (NvmlException e) {
      failure = Optional.of(e);
    }
    Optional<List<PciAddress>> bus = nvml.pciBus();
    return new NodeSample(
        nvml.source(),
        nvml.node(),
        now,
        reading("nvmlSystemGetDriverVersion", nvml::driverVersion),
        reading("nvmlSystemGetCudaDriverVersion_v2", nvml::cudaVersion),
        failure,
        bus.map(list -> byElimination(gpus, list)).orElse(gpus),
        bus,
        nvml.driverLoadedAt());
  }

  private static GpuSample gpu(Nvml nvml, int index, List<GpuQuery<?>> queries) {
    Map<GpuQuery<?>, Reading<?>> readings = new HashMap<>();
    for (GpuQuery<?> query : queries) {
      readings.put(query, reading(query.call(), () -> nvml.read(index, query)));
    }
    return new GpuSample(index, readings, Optional.empty());
  }

  // One GPU without an address, one address without a GPU: they belong together. With two it would
  // be a guess.
  private static List<GpuSample> byElimination(List<GpuSample> gpus, List<PciAddress> bus) {
    List<PciAddress> free = new ArrayList<>(bus);
    gpus.forEach(gpu -> gpu.pci().ifPresent(free::remove));
    long silent = gpus.stream().filter(gpu -> gpu.pci().isEmpty()).count();
    if (silent != 1 || free.size() != 1) {
      return gpus;
    }
    return gpus.stream()
        .map(
            gpu ->
                gpu.pci().isPresent()
                    ? gpu
                    : new GpuSample(gpu.index(), gpu.readings(), Optional.of(free.get(0))))
        .toList();
  }

  private interface Call<T> {
    T make() throws NvmlException;
  }

  private static <T> Reading<T> reading(String name, Call<T> call) {
    try {
      return new Reading.Value<>(call.make());
    } catch (NvmlException e) {
      return new Reading.Unread<>(name, e.code());
    }
  }
}
