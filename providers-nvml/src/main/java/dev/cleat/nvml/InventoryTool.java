// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code get_gpu_inventory}: what GPUs there are. */
final class InventoryTool {

  private final GpuMachine machine;

  private InventoryTool(GpuMachine machine) {
    this.machine = machine;
  }

  static ServedTool of(GpuMachine machine) {
    InventoryTool tool = new InventoryTool(machine);
    return Tool.named("get_gpu_inventory")
        .title("GPU inventory")
        .says(
            "Use this to learn which NVIDIA GPUs this machine has: index, UUID, PCI address, model, memory, MIG instances,"
                + " driver and CUDA version. It also names GPUs that are missing. Whether they are well is what"
                + " get_gpu_health tells.")
        .readOnly()
        .handles(Query.class, Answer.class, (query, call) -> tool.answer(query));
  }

  record Query(
      @Doc("Which GPUs: indices, UUIDs or PCI addresses. All when left out.") @Range(max = 256)
          Optional<List<Object>> gpus) {}

  @Doc("One slice of a split GPU.")
  record Mig(int gpuInstance, String profile, String uuid, long memoryMib) {}

  @Doc("One GPU; what it did not tell is left out.")
  record Entry(
      int index,
      Optional<String> model,
      Optional<String> uuid,
      Optional<String> pci,
      Optional<String> architecture,
      Optional<Long> memoryMib,
      Optional<List<Mig>> mig,
      @Doc("Why it could not be read.") Optional<String> unreadable) {}

  record Answer(
      String text,
      @Doc(Answers.SOURCE_DOC) String source,
      @Doc("How many GPUs the driver counts.") int found,
      @Doc("How many there should be: the setting, else what the kernel sees.")
          Optional<Integer> expected,
      @Doc("PCI addresses where the kernel sees a GPU that the driver does not.")
          Optional<List<String>> missing,
      Optional<String> driver,
      Optional<String> cuda,
      List<Entry> gpus,
      @Doc("What is missing from this answer, and why.") Optional<List<String>> partial,
      Instant takenAt,
      String node) {}

  private Answer answer(Query query) {
    NodeSample sample = machine.identities();
    GpuSelection selection = GpuSelection.of(query.gpus(), sample, List.of());
    List<Entry> entries =
        sample.gpus().stream()
            .filter(gpu -> selection.indices().contains(gpu.index()))
            .map(InventoryTool::entry)
            .toList();
    List<String> missing = sample.missing().stream().map(PciAddress::text).toList();
    long unreadable =
        sample.gpus().stream().filter(gpu -> gpu.get(GpuQuery.UUID).isEmpty()).count();
    String text =
        Answers.origin(sample)
            + sample.gpus().size()
            + " GPUs"
            + (unreadable > 0 ? ", " + unreadable + " of them not answering" : "")
            + (missing.isEmpty() ? "" : "; missing: " + String.join(", ", missing))
            + ".";
    return new Answer(
        text,
        sample.source(),
        sample.gpus().size(),
        machine.expected().or(() -> sample.pciBus().map(List::size)),
        Optional.of(missing).filter(list -> !list.isEmpty()),
        sample.driverVersion().value(),
        sample.cudaVersion().value(),
        entries,
        sample
            .failure()
            .map(
                failure -> List.of("The GPUs could not be counted: " + failure.getMessage() + ".")),
        sample.takenAt(),
        sample.node());
  }

  private static Entry entry(GpuSample gpu) {
    Optional<List<Mig>> mig =
        gpu.get(GpuQuery.MIG)
            .filter(GpuFacts.Mig::enabled)
            .map(
                split ->
                    split.instances().stream()
                        .map(
                            slice ->
                                new Mig(
                                    slice.gpuInstance(),
                                    slice.profile(),
                                    slice.uuid(),
                                    slice.memoryBytes() >> 20))
                        .toList());
    return new Entry(
        gpu.index(),
        gpu.get(GpuQuery.NAME),
        gpu.get(GpuQuery.UUID),
        gpu.pci().map(PciAddress::text),
        gpu.get(GpuQuery.ARCHITECTURE)
            .map(architecture -> architecture.name().toLowerCase(Locale.ROOT)),
        gpu.get(GpuQuery.MEMORY).map(memory -> memory.totalBytes() >> 20),
        mig,
        gpu.code(GpuQuery.UUID).or(() -> gpu.code(GpuQuery.MEMORY)).map(NvmlCode::text));
  }
}
