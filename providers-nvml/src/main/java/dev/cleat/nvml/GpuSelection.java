// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The GPUs a call asks about.
 *
 * @param all whether it asks about every one
 * @param indices those that the driver counts
 * @param boards where they sit, also those that the driver no longer counts
 */
record GpuSelection(boolean all, List<Integer> indices, Set<PciAddress> boards) {

  private static final int LISTED = 16;

  /**
   * Finds what was asked for.
   *
   * @param asked indices, UUIDs (of MIG instances too) and PCI addresses, as the argument {@code
   *     gpus} has them; all when left out
   * @param alsoKnown addresses that count as known beside those of the sample
   * @throws ToolFailure an invalid argument, when one is unknown; it lists the known ones
   */
  static GpuSelection of(
      Optional<List<Object>> asked, NodeSample node, Collection<PciAddress> alsoKnown) {
    if (asked.isEmpty() || asked.get().isEmpty()) {
      return new GpuSelection(true, node.gpus().stream().map(GpuSample::index).toList(), Set.of());
    }
    Set<Integer> indices = new TreeSet<>();
    Set<PciAddress> boards = new TreeSet<>();
    for (Object entry : asked.get()) {
      Optional<GpuSample> gpu = find(entry, node);
      Optional<PciAddress> board =
          gpu.flatMap(GpuSample::pci)
              .or(
                  () ->
                      PciAddress.parse(String.valueOf(entry))
                          .filter(pci -> isKnown(pci, node, alsoKnown)))
              .map(PciAddress::board);
      if (gpu.isEmpty() && board.isEmpty()) {
        throw unknown(entry, node);
      }
      gpu.ifPresent(found -> indices.add(found.index()));
      board.ifPresent(boards::add);
    }
    return new GpuSelection(false, List.copyOf(indices), boards);
  }

  private static boolean isKnown(
      PciAddress pci, NodeSample node, Collection<PciAddress> alsoKnown) {
    return alsoKnown.contains(pci.board()) || node.pciBus().orElse(List.of()).contains(pci.board());
  }

  private static Optional<GpuSample> find(Object entry, NodeSample node) {
    if (entry instanceof Number number) {
      boolean whole = number.doubleValue() == number.intValue();
      return whole ? node.gpu(number.intValue()) : Optional.empty();
    }
    String text = String.valueOf(entry).strip();
    Optional<Integer> index = Scan.integer(text);
    if (index.isPresent()) {
      return node.gpu(index.get());
    }
    return node.gpus().stream()
        .filter(gpu -> isUuidOf(gpu, text))
        .findFirst()
        .or(() -> PciAddress.parse(text).flatMap(node::at));
  }

  private static boolean isUuidOf(GpuSample gpu, String text) {
    return gpu.get(GpuQuery.UUID).filter(text::equalsIgnoreCase).isPresent()
        || gpu.get(GpuQuery.MIG).stream()
            .flatMap(mig -> mig.instances().stream())
            .anyMatch(instance -> instance.uuid().equalsIgnoreCase(text));
  }

  private static ToolFailure unknown(Object entry, NodeSample node) {
    String known =
        node.gpus().stream()
            .limit(LISTED)
            .map(
                gpu ->
                    gpu.index()
                        + gpu.get(GpuQuery.UUID).map(uuid -> " = " + uuid).orElse("")
                        + gpu.pci().map(pci -> " = " + pci.text()).orElse(""))
            .collect(Collectors.joining("; "));
    int more = node.gpus().size() - LISTED;
    return ToolFailure.invalidArgument(
        "gpus: there is no GPU \"" + Text.shown(String.valueOf(entry)) + "\".",
        "Allowed are an index, a UUID or a PCI address: "
            + known
            + (more > 0 ? "; and " + more + " more" : "")
            + ".");
  }
}
