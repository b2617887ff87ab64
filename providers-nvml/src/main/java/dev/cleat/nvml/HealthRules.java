// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.Finding.Opinion;
import dev.cleat.nvml.Finding.Severity;
import dev.cleat.nvml.GpuFacts.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a sample means. A pure function: it reads nothing, keeps nothing, and the same input has the
 * same findings.
 *
 * <p>The worst finding decides the verdict. What could not be read is a finding too, so that
 * silence is never taken for health.
 */
final class HealthRules {

  private final HealthLimits limits;
  private final Penalties penalties;
  private final XidCatalog catalog;

  HealthRules(HealthLimits limits, Penalties penalties, XidCatalog catalog) {
    this.limits = limits;
    this.penalties = penalties;
    this.catalog = catalog;
  }

  /**
   * Judges a machine.
   *
   * @param earlier a sample from before, for rates
   * @param expected how many GPUs there should be, if somebody said so
   * @param incidents what the kernel log tells, newest first
   * @param unreadLog what is to be said when the log could not be read
   */
  HealthReport judge(
      NodeSample now,
      Optional<NodeSample> earlier,
      Optional<Integer> expected,
      List<XidIncident> incidents,
      Optional<Finding> unreadLog) {
    List<Finding> xids = XidRules.judge(now, incidents, catalog, limits, penalties);
    List<Finding> peers = stragglers(now);
    List<HealthReport.Gpu> gpus = new ArrayList<>();
    TreeSet<String> hidden = new TreeSet<>();
    for (GpuSample gpu : now.gpus()) {
      GpuRules.Judged judged = GpuRules.judge(now, earlier, gpu, limits, penalties);
      hidden.addAll(judged.hidden());
      List<Finding> findings =
          Stream.of(judged.findings(), peers, xids)
              .flatMap(Collection::stream)
              .filter(finding -> finding.gpu().equals(Optional.of(gpu.id())))
              .map(finding -> withSince(finding, xids))
              .sorted(Finding.WORST_FIRST)
              .toList();
      gpus.add(
          new HealthReport.Gpu(
              gpu, findings, judged.scored() ? Optional.of(score(findings)) : Optional.empty()));
    }
    List<Finding> ofNode = new ArrayList<>(node(now, expected));
    xids.stream().filter(finding -> isOfNoGpu(finding, now)).forEach(ofNode::add);
    unreadLog.ifPresent(ofNode::add);
    ofNode.sort(Finding.WORST_FIRST);
    return new HealthReport(now, gpus, ofNode, List.copyOf(hidden));
  }

  private static boolean isOfNoGpu(Finding finding, NodeSample now) {
    return now.gpus().stream().noneMatch(gpu -> finding.gpu().equals(Optional.of(gpu.id())));
  }

  // NVML does not say since when the driver asks for a recovery action; the incident that it came
  // with does.
  private static Finding withSince(Finding finding, List<Finding> xids) {
    if (finding.since().isPresent() || finding.opinion() != Opinion.DRIVER) {
      return finding;
    }
    return finding.since(
        xids.stream()
            .filter(xid -> xid.gpu().equals(finding.gpu()) && xid.severity() == Severity.CRITICAL)
            .flatMap(xid -> xid.since().stream())
            .findFirst());
  }

  private static int score(List<Finding> findings) {
    return Math.max(0, 100 - findings.stream().mapToInt(Finding::penalty).sum());
  }

  private List<Finding> node(NodeSample now, Optional<Integer> expected) {
    List<Finding> findings = new ArrayList<>();
    now.failure().ifPresent(failure -> findings.add(failed(failure)));
    if (now.failure().isPresent()) {
      return findings;
    }
    int counted = now.gpus().size();
    List<PciAddress> missing = now.missing();
    int onBus = now.pciBus().map(List::size).orElse(counted);
    if (counted < onBus) {
      String which = missing.stream().map(PciAddress::text).collect(Collectors.joining(", "));
      findings.add(
          Finding.of(
                  "count_mismatch",
                  Severity.CRITICAL,
                  counted + " GPUs answer; missing is " + which,
                  "nvmlDeviceGetCount_v2 against the kernel's PCI list")
              .limit(onBus + " GPUs on the PCI bus")
              .action(
                  "Look in analyze_xid_errors for what happened to it; drain the node and reboot it.")
              .penalty(penalties.lost()));
    }
    expected
        .filter(number -> number != counted)
        .ifPresent(
            number ->
                findings.add(
                    Finding.of(
                            "count_unexpected",
                            counted < number ? Severity.CRITICAL : Severity.WARNING,
                            counted + " GPUs",
                            "nvmlDeviceGetCount_v2")
                        .limit(number + " expected (setting expectedGpus)")
                        .action("Find out whether a GPU is missing, or correct the setting.")
                        .penalty(counted < number ? penalties.lost() : 0)));
    if (counted == 0 && findings.isEmpty()) {
      findings.add(
          Finding.of("no_gpus", Severity.UNKNOWN, "0 GPUs", "nvmlDeviceGetCount_v2")
              .action("There is nothing to judge. Check that this process is given GPUs."));
    }
    return findings;
  }

  private static Finding failed(NvmlException failure) {
    boolean mismatch = failure.code().equals(NvmlCode.LIB_RM_VERSION_MISMATCH);
    return Finding.of(
            mismatch ? "driver_library_mismatch" : "nvml_failed",
            mismatch ? Severity.CRITICAL : Severity.UNKNOWN,
            failure.code().text(),
            failure.call())
        .action(
            mismatch
                ? "The driver was updated while it was loaded: drain the node and reboot it."
                : "No GPU can be read. See what the code means.")
        .by(Opinion.DRIVER);
  }

  /**
   * Clocks well below the median of the same model under the same load. Too few peers, and nothing
   * is said.
   */
  private List<Finding> stragglers(NodeSample now) {
    Map<String, List<GpuSample>> cohorts =
        now.gpus().stream()
            .filter(gpu -> gpu.get(GpuQuery.UTILIZATION).orElse(0) >= limits.underLoadPercent())
            .filter(gpu -> gpu.get(GpuQuery.CLOCK).isPresent())
            .collect(Collectors.groupingBy(gpu -> gpu.get(GpuQuery.NAME).orElse("")));
    List<Finding> findings = new ArrayList<>();
    for (List<GpuSample> cohort : cohorts.values()) {
      List<Integer> clocks = cohort.stream().map(HealthRules::clock).sorted().toList();
      int median = clocks.get(clocks.size() / 2);
      cohort.stream()
          .filter(
              gpu ->
                  cohort.size() >= limits.cohort()
                      && clock(gpu) < median * (1 - limits.clocksBelowPeers()))
          .forEach(
              gpu ->
                  findings.add(
                      Finding.of(
                              "slower_than_peers",
                              Severity.WARNING,
                              clock(gpu)
                                  + " MHz under load, "
                                  + Math.round(100.0 * (median - clock(gpu)) / median)
                                  + " % below its peers",
                              GpuQuery.CLOCK.call())
                          .limit("median of " + cohort.size() + ": " + median + " MHz")
                          .action(
                              "It holds up every job it is part of. Look for heat and power; else compare it in another slot.")
                          .penalty(penalties.slowerThanPeers())
                          .about(gpu.id())));
    }
    return findings;
  }

  private static int clock(GpuSample gpu) {
    return gpu.get(GpuQuery.CLOCK).map(Clock::smMhz).orElse(0);
  }
}
