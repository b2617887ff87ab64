// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * GPUs that do not exist, behind the same seam and with the same return codes as real ones: for
 * trying Cleat without a GPU, and for showing what it says of a sick one.
 *
 * <p>The same profile, scenario, seed and clock give the same readings. It is safe for any number
 * of threads, because nothing changes but the time.
 */
final class SimulatedNvml implements Nvml {

  static final String SOURCE = "simulated";

  /** How long the simulated machine had been up when the simulation began. */
  static final Duration UPTIME = Duration.ofHours(76);

  private final SimProfile profile;
  private final SimScenario scenario;
  private final InstantSource clock;
  private final Instant start;
  private final List<SimGpu> gpus = new ArrayList<>();
  private final List<PciAddress> bus = new ArrayList<>();
  private volatile boolean closed;

  SimulatedNvml(SimProfile profile, SimScenario scenario, long seed, InstantSource clock) {
    this.profile = profile;
    this.scenario = scenario;
    this.clock = clock;
    this.start = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Random random = new Random(seed * 31 + profile.wireName().hashCode());
    for (int index = 0; index < profile.models().size(); index++) {
      SimGpu gpu =
          new SimGpu(
              profile.models().get(index), profile.pci(index), profile.mig() && index == 0, random);
      gpus.add(gpu);
      bus.add(gpu.pci);
    }
    SimFaults.apply(scenario, gpus, gpus.get(profile.sick()), random);
    if (scenario == SimScenario.COUNT_MISMATCH) {
      gpus.remove(profile.sick());
    }
  }

  @Override
  public String source() {
    return SOURCE;
  }

  @Override
  public String node() {
    return "simulated-" + profile.wireName();
  }

  @Override
  public String driverVersion() throws NvmlException {
    checkOpen("nvmlSystemGetDriverVersion");
    return scenario == SimScenario.OLD_DRIVER ? "535.183.06" : "580.95.05";
  }

  @Override
  public String cudaVersion() throws NvmlException {
    checkOpen("nvmlSystemGetCudaDriverVersion_v2");
    return scenario == SimScenario.OLD_DRIVER ? "12.2" : "13.0";
  }

  @Override
  public int count() throws NvmlException {
    checkOpen("nvmlDeviceGetCount_v2");
    return gpus.size();
  }

  @Override
  public <T> T read(int gpu, GpuQuery<T> query) throws NvmlException {
    checkOpen(query.call());
    if (gpu < 0 || gpu >= gpus.size()) {
      throw new NvmlException("nvmlDeviceGetHandleByIndex_v2", new NvmlCode(2));
    }
    return gpus.get(gpu).read(query, Duration.between(start, clock.instant()));
  }

  private void checkOpen(String call) throws NvmlException {
    if (closed) {
      throw new NvmlException(call, new NvmlCode(1));
    }
  }

  @Override
  public Optional<List<PciAddress>> pciBus() {
    return Optional.of(List.copyOf(bus));
  }

  @Override
  public Optional<Instant> driverLoadedAt() {
    return Optional.of(start.minus(UPTIME));
  }

  /** The kernel log that goes with the scenario. */
  KernelLog kernelLog() {
    SimGpu sick =
        new SimGpu(
            profile.models().get(profile.sick()),
            profile.pci(profile.sick()),
            false,
            new Random(0));
    List<String> lines = SimKernelLog.lines(scenario, sick, bus, UPTIME);
    return now -> {
      KernelLogLines log = new KernelLogLines(now, Optional.of(start.minus(UPTIME)));
      lines.forEach(log::add);
      return log.content(SOURCE);
    };
  }

  @Override
  public void close() {
    closed = true;
  }
}
