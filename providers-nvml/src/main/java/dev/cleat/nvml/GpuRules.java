// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.Finding.Opinion;
import dev.cleat.nvml.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The rules about one GPU by itself. Pure: a sample and an earlier one in, findings out. */
final class GpuRules {

  /** While one of these is unread there is no score. */
  private static final List<GpuQuery<?>> ESSENTIAL =
      List.of(
          GpuQuery.UUID,
          GpuQuery.PCI,
          GpuQuery.TEMPERATURE,
          GpuQuery.ECC_ENABLED,
          GpuQuery.ECC_VOLATILE,
          GpuQuery.RECOVERY_ACTION);

  /** Interesting, but no verdict hangs on them when a model says that it does not support them. */
  private static final List<GpuQuery<?>> OPTIONAL =
      List.of(
          GpuQuery.UTILIZATION,
          GpuQuery.POWER,
          GpuQuery.CLOCK,
          GpuQuery.MEMORY,
          GpuQuery.THRESHOLDS,
          GpuQuery.SLOWDOWN_TIME,
          GpuQuery.PCIE_REPLAYS,
          GpuQuery.PERSISTENCE,
          GpuQuery.MIG);

  private static final List<GpuQuery<?>> NEEDS_ECC =
      List.of(
          GpuQuery.ECC_VOLATILE,
          GpuQuery.ECC_AGGREGATE,
          GpuQuery.SRAM_THRESHOLD,
          GpuQuery.REMAP,
          GpuQuery.PAGES_PENDING);

  private final GpuSample gpu;
  private final int driverBranch;
  private final Penalties penalties;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> hidden = new ArrayList<>();
  private boolean scored = true;

  private GpuRules(GpuSample gpu, int driverBranch, Penalties penalties) {
    this.gpu = gpu;
    this.driverBranch = driverBranch;
    this.penalties = penalties;
  }

  /**
   * What is to be said about one GPU.
   *
   * @param scored false when too much is unread for a score to mean anything
   * @param hidden what this driver or this model does not tell
   */
  record Judged(List<Finding> findings, boolean scored, List<String> hidden) {}

  static Judged judge(
      NodeSample now,
      Optional<NodeSample> earlier,
      GpuSample gpu,
      HealthLimits limits,
      Penalties penalties) {
    RateWindow window = RateWindow.of(now, earlier, gpu, limits.windowAtLeast());
    GpuRules rules = new GpuRules(gpu, now.driverBranch(), penalties);
    if (!rules.gone()) {
      rules.unread();
      rules.recoveryAction();
      rules.inforom();
      new GpuMemoryRules(gpu, window, limits, penalties, rules.findings).judge();
      new GpuConditions(gpu, window, limits, penalties, rules.findings).judge();
    }
    return new Judged(
        rules.findings.stream().map(finding -> finding.about(gpu.id())).toList(),
        rules.scored,
        rules.hidden);
  }

  private boolean gone() {
    return code(
            NvmlCode.GPU_IS_LOST,
            "gpu_lost",
            "Drain the node and reboot it; if it comes back, check seating and replace the GPU.")
        || code(
            NvmlCode.RESET_REQUIRED,
            "reset_required",
            "Drain " + gpu.id().text() + " of work, then reset it or reboot the node.")
        || code(
            NvmlCode.TIMEOUT,
            "not_answering",
            "Let no new work onto " + gpu.id().text() + "; if it stays so, reboot the node.");
  }

  private boolean code(NvmlCode code, String id, String action) {
    Optional<GpuQuery<?>> failed =
        GpuQuery.ALL.stream()
            .filter(query -> gpu.code(query).equals(Optional.of(code)))
            .findFirst();
    failed.ifPresent(
        query ->
            findings.add(
                Finding.of(id, Severity.CRITICAL, code.text(), query.call())
                    .action(action)
                    .by(Opinion.DRIVER)
                    .penalty(penalties.lost())));
    return failed.isPresent();
  }

  private void unread() {
    boolean eccOff = gpu.get(GpuQuery.ECC_ENABLED).equals(Optional.of(false));
    Map<String, List<String>> byCode = new TreeMap<>();
    for (GpuQuery<?> query : GpuQuery.ALL) {
      Optional<NvmlCode> code = gpu.code(query);
      if (code.isEmpty()
          || (eccOff && NEEDS_ECC.contains(query))
          || saysCorrupt(query, code.get())) {
        continue;
      }
      boolean unsupported = code.get().equals(NvmlCode.NOT_SUPPORTED);
      if (code.get().equals(NvmlCode.FUNCTION_NOT_FOUND)
          || (unsupported && OPTIONAL.contains(query))
          || (unsupported && driverBranch > 0 && isTooOldFor(query))) {
        hidden.add(query.label());
      } else if (!unsupported || !gpu.architecture().lacks(query, driverBranch)) {
        byCode.computeIfAbsent(code.get().text(), c -> new ArrayList<>()).add(query.label());
        scored = scored && !ESSENTIAL.contains(query);
      }
    }
    byCode.forEach(
        (code, labels) ->
            findings.add(
                Finding.of(
                        "unreadable",
                        Severity.UNKNOWN,
                        code + ": " + String.join(", ", labels),
                        "NVML")
                    .action(
                        "Nothing is known of these, so nothing is said to be well. See what the code means; NO_PERMISSION wants a process with more rights.")));
  }

  private boolean isTooOldFor(GpuQuery<?> query) {
    return gpu.architecture().lacks(query, driverBranch)
        && !gpu.architecture().lacks(query, Architecture.RECOVERY_ACTION_SINCE_DRIVER);
  }

  private static boolean saysCorrupt(GpuQuery<?> query, NvmlCode code) {
    return query == GpuQuery.INFOROM_VALID && code.equals(NvmlCode.CORRUPTED_INFOROM);
  }

  private void recoveryAction() {
    gpu.get(GpuQuery.RECOVERY_ACTION)
        .filter(action -> action != Advice.RECOVERY_NONE)
        .ifPresent(
            action ->
                findings.add(
                    Finding.of(
                            "recovery_action",
                            Severity.CRITICAL,
                            action + " (" + Advice.recoveryName(action) + ")",
                            GpuQuery.RECOVERY_ACTION.call())
                        .limit("0 (None)")
                        .action(Advice.recovery(action, gpu.id().text()))
                        .by(Opinion.DRIVER)
                        .penalty(penalties.recoveryAction())));
  }

  private void inforom() {
    boolean corrupt =
        gpu.code(GpuQuery.INFOROM_VALID).equals(Optional.of(NvmlCode.CORRUPTED_INFOROM))
            || gpu.get(GpuQuery.INFOROM_VALID).equals(Optional.of(false));
    if (corrupt) {
      findings.add(
          Finding.of(
                  "inforom_corrupt",
                  Severity.DEGRADED,
                  NvmlCode.CORRUPTED_INFOROM.text(),
                  GpuQuery.INFOROM_VALID.call())
              .action("Contact the vendor: the board's own records are damaged.")
              .by(Opinion.DRIVER)
              .penalty(penalties.infoRomCorrupt()));
    }
  }
}
