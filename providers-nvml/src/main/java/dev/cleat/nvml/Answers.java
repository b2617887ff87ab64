// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.Doc;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the answers of the GPU tools share. */
final class Answers {

  private Answers() {}

  static final String SOURCE_DOC =
      "Where this comes from. \"simulated\" means that these GPUs do not exist: nothing here is about real hardware.";

  @Doc("Which GPU; what is not known is left out.")
  record GpuRef(
      @Doc("Index as nvidia-smi counts.") Optional<Integer> index,
      Optional<String> uuid,
      Optional<String> pci) {

    static GpuRef of(GpuId id) {
      return new GpuRef(id.index(), id.uuid(), id.pci().map(PciAddress::text));
    }
  }

  @Doc("Something that was seen, and what to do about it.")
  record FindingView(
      Finding.Severity severity,
      @Doc("What kind of finding it is.") String id,
      @Doc("Left out when it is about the machine.") Optional<GpuRef> gpu,
      String value,
      Optional<String> limit,
      Optional<Instant> since,
      @Doc("What to do.") Optional<String> action,
      @Doc("Whose opinion it is.") Finding.Opinion opinion,
      @Doc("The call, field or record it was read from.") String source,
      @Doc("Further findings about the same GPU; detail=issues tells them.")
          Optional<List<String>> also,
      @Doc("Indices of further GPUs with just the same finding.") Optional<List<Integer>> sameOn) {

    static FindingView of(Finding finding) {
      return of(finding, List.of(), List.of());
    }

    static FindingView of(Finding finding, List<String> also, List<Integer> sameOn) {
      return new FindingView(
          finding.severity(),
          finding.id(),
          finding.gpu().map(GpuRef::of),
          finding.value(),
          finding.limit(),
          finding.since(),
          Optional.of(finding.action()).filter(text -> !text.isEmpty()),
          finding.opinion(),
          finding.source(),
          Optional.of(also).filter(ids -> !ids.isEmpty()),
          Optional.of(sameOn).filter(indices -> !indices.isEmpty()));
    }
  }

  @Doc("All of one GPU; what could not be read is left out and is a finding.")
  record GpuView(
      int index,
      Verdict verdict,
      Optional<Integer> score,
      Optional<String> uuid,
      Optional<String> pci,
      Optional<String> model,
      Optional<Integer> temperatureCelsius,
      Optional<Integer> memoryTemperatureCelsius,
      Optional<Integer> utilizationPercent,
      Optional<Long> memoryUsedMib,
      Optional<Long> memoryTotalMib,
      Optional<Double> powerWatts,
      Optional<Double> powerLimitWatts,
      Optional<Integer> smClockMhz,
      Optional<String> clockReasons,
      Optional<Long> eccUncorrected,
      Optional<Long> eccCorrected,
      Optional<Integer> rowsRemapped,
      Optional<Integer> recoveryAction,
      Optional<String> pcie,
      Optional<String> nvlink,
      Optional<Integer> migInstances) {

    static GpuView of(HealthReport.Gpu judged) {
      GpuSample gpu = judged.sample();
      return new GpuView(
          gpu.index(),
          judged.verdict(),
          judged.score(),
          gpu.get(GpuQuery.UUID),
          gpu.pci().map(PciAddress::text),
          gpu.get(GpuQuery.NAME),
          gpu.get(GpuQuery.TEMPERATURE),
          gpu.get(GpuQuery.MEMORY_TEMPERATURE),
          gpu.get(GpuQuery.UTILIZATION),
          gpu.get(GpuQuery.MEMORY).map(memory -> memory.usedBytes() >> 20),
          gpu.get(GpuQuery.MEMORY).map(memory -> memory.totalBytes() >> 20),
          gpu.get(GpuQuery.POWER).map(power -> power.drawMilliwatts() / 1_000.0),
          gpu.get(GpuQuery.POWER).map(power -> power.limitMilliwatts() / 1_000.0),
          gpu.get(GpuQuery.CLOCK).map(GpuFacts.Clock::smMhz),
          gpu.get(GpuQuery.CLOCK_REASONS).map(reasons -> "0x" + Long.toHexString(reasons)),
          gpu.get(GpuQuery.ECC_VOLATILE).map(GpuFacts.Ecc::uncorrected),
          gpu.get(GpuQuery.ECC_VOLATILE).map(GpuFacts.Ecc::corrected),
          gpu.get(GpuQuery.REMAP).map(remap -> remap.correctable() + remap.uncorrectable()),
          gpu.get(GpuQuery.RECOVERY_ACTION),
          gpu.get(GpuQuery.PCIE)
              .map(link -> "generation " + link.generation() + " x" + link.width()),
          gpu.get(GpuQuery.NVLINK).filter(links -> !links.active().isEmpty()).map(Answers::links),
          gpu.get(GpuQuery.MIG).filter(GpuFacts.Mig::enabled).map(mig -> mig.instances().size()));
    }
  }

  private static String links(GpuFacts.Links links) {
    return links.active().stream().filter(active -> active).count()
        + " of "
        + links.active().size()
        + " active";
  }

  /** Said when a real log is read beside GPUs that are not. */
  static Optional<String> mixture(NodeSample node, String reader) {
    boolean mixed =
        node.source().equals(SimulatedNvml.SOURCE) && !reader.equals(SimulatedNvml.SOURCE);
    return mixed
        ? Optional.of("The kernel log is a file, and the GPUs beside it are simulated.")
        : Optional.empty();
  }

  /** The beginning of every text: a simulated GPU must never pass for a real one. */
  static String origin(NodeSample node) {
    return node.source().equals(SimulatedNvml.SOURCE) ? "Simulated GPUs, no real hardware: " : "";
  }
}
