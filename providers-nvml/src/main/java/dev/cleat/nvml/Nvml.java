// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The one seam to NVIDIA's management library: whatever a tool knows about a GPU came through here.
 *
 * <p><b>Errors.</b> Each failed call throws {@link NvmlException} with the library's own return
 * code, so that a simulated machine and a real one fail alike. A call that did not return by its
 * deadline is reported as {@link NvmlCode#TIMEOUT}; the implementation keeps its caller from
 * waiting for it.
 *
 * <p><b>Threads.</b> Any number of threads may read at once. <b>Life cycle.</b> After {@link
 * #close()} every read fails.
 */
interface Nvml extends AutoCloseable {

  /** Where the readings come from, as every answer says it: {@code nvml}, or {@code simulated}. */
  String source();

  /** The machine's name. */
  String node();

  String driverVersion() throws NvmlException;

  String cudaVersion() throws NvmlException;

  /** How many GPUs the driver counts. They have the indices from 0 on. */
  int count() throws NvmlException;

  /** One fact about the GPU with that index. */
  <T> T read(int gpu, GpuQuery<T> query) throws NvmlException;

  /**
   * The NVIDIA GPUs that the kernel lists on its PCI bus, without the driver's help. Empty when
   * that cannot be read, or when this process was given only some of the machine's GPUs, as a
   * container may be.
   */
  Optional<List<PciAddress>> pciBus();

  /** When the driver was loaded, from which on volatile counters count, if that is known. */
  Optional<Instant> driverLoadedAt();

  @Override
  void close();
}
