// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.nvml.Answers.FindingView;
import dev.cleat.nvml.Answers.GpuView;
import dev.cleat.nvml.Finding.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code get_gpu_health}: whether the GPUs are well, and what to do when they are not. */
final class HealthTool {

  private static final int MOST_FINDINGS = 64;
  private static final int MOST_ALSO = 8;

  private final GpuMachine machine;
  private final HealthRules rules;

  private HealthTool(GpuMachine machine, HealthRules rules) {
    this.machine = machine;
    this.rules = rules;
  }

  static ServedTool of(GpuMachine machine, HealthRules rules) {
    HealthTool tool = new HealthTool(machine, rules);
    return Tool.named("get_gpu_health")
        .title("GPU health")
        .says(
            "Use this first whenever GPU work fails, hangs or is slow, or before placing work: it says whether each GPU is"
                + " well, what is wrong, and what to do. The verdict comes first; the default answer is short and names"
                + " only GPUs that are not healthy. Full memory and power at its cap are normal in training and are no"
                + " finding. What could not be read is \"unknown\", never \"healthy\". For the history of errors call"
                + " analyze_xid_errors.")
        .readOnly()
        .handles(Query.class, Answer.class, (query, call) -> tool.answer(query));
  }

  /** How much to tell. */
  enum Detail {
    SUMMARY,
    ISSUES,
    FULL
  }

  record Query(
      @Doc("Which GPUs: indices, UUIDs or PCI addresses. All when left out.") @Range(max = 256)
          Optional<List<Object>> gpus,
      @Doc(
              "summary: the worst finding of each GPU that is not healthy; issues: every finding; full: every GPU with its readings too.")
          @Default("summary")
          Detail detail) {}

  record Answer(
      @Doc("The worst of all GPUs and of the machine.") Verdict verdict,
      @Doc(Answers.SOURCE_DOC) String source,
      String text,
      @Doc("0 to 100, only for sorting; left out when too much is unread.") Optional<Integer> score,
      @Doc("How many GPUs have which verdict.") Map<String, Integer> counts,
      @Doc("Worst first.") List<FindingView> findings,
      @Doc("How many findings this answer leaves out.") Optional<Integer> moreFindings,
      Optional<List<GpuView>> gpus,
      @Doc("What this driver, this model or this process does not tell.")
          Optional<List<String>> partial,
      Instant takenAt,
      String node) {}

  private Answer answer(Query query) {
    NodeSample sample = machine.sample();
    List<String> partial = new ArrayList<>();
    List<XidIncident> incidents = List.of();
    Optional<Finding> unreadLog = Optional.empty();
    try {
      KernelLog.Content log = machine.readLog(sample.takenAt());
      incidents = XidIncidents.of(log.events());
      Answers.mixture(sample, log.reader()).ifPresent(partial::add);
    } catch (KernelLog.Unreadable e) {
      unreadLog =
          Optional.of(
              Finding.of(
                      "kernel_log_unreadable",
                      Severity.UNKNOWN,
                      String.valueOf(e.getMessage()),
                      "kernel log")
                  .action(e.hint()));
    }
    HealthReport report =
        rules
            .judge(sample, machine.earlier(), machine.expected(), incidents, unreadLog)
            .only(GpuSelection.of(query.gpus(), sample, List.of()).indices());
    if (!report.hidden().isEmpty()) {
      partial.add(
          "Driver "
              + sample.driverVersion().value().orElse("?")
              + " does not tell: "
              + String.join(", ", report.hidden())
              + ".");
    }
    List<FindingView> findings = query.detail() == Detail.SUMMARY ? decisive(report) : all(report);
    int more = Math.max(0, findings.size() - MOST_FINDINGS);
    return new Answer(
        report.verdict(),
        sample.source(),
        text(report),
        report.score(),
        counts(report),
        findings.subList(0, findings.size() - more),
        more == 0 ? Optional.empty() : Optional.of(more),
        query.detail() == Detail.FULL
            ? Optional.of(report.gpus().stream().map(GpuView::of).toList())
            : Optional.empty(),
        partial.isEmpty() ? Optional.empty() : Optional.of(partial),
        sample.takenAt(),
        sample.node());
  }

  private static List<FindingView> all(HealthReport report) {
    return report.findings().stream().map(finding -> FindingView.of(finding)).toList();
  }

  /**
   * The finding that decides about each GPU that is not healthy, and those about the machine. What
   * is the same on many GPUs is told once.
   */
  private static List<FindingView> decisive(HealthReport report) {
    Map<List<Object>, List<Finding>> alike = new LinkedHashMap<>();
    Map<Finding, List<String>> also = new HashMap<>();
    report.ofNode().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .forEach(finding -> alike.put(List.of(finding), List.of(finding)));
    for (HealthReport.Gpu gpu : report.gpus()) {
      if (gpu.verdict() != Verdict.HEALTHY) {
        Finding worst = gpu.findings().get(0);
        List<String> others =
            gpu.findings().stream().skip(1).limit(MOST_ALSO).map(Finding::id).toList();
        also.put(worst, others);
        alike
            .computeIfAbsent(List.of(worst.id(), worst.value(), others), k -> new ArrayList<>())
            .add(worst);
      }
    }
    return alike.values().stream()
        .sorted(Comparator.comparing(findings -> findings.get(0), Finding.WORST_FIRST))
        .map(
            findings ->
                FindingView.of(
                    findings.get(0),
                    also.getOrDefault(findings.get(0), List.of()),
                    indices(findings)))
        .toList();
  }

  private static List<Integer> indices(List<Finding> findings) {
    return findings.stream()
        .skip(1)
        .flatMap(finding -> finding.gpu().flatMap(GpuId::index).stream())
        .toList();
  }

  private static Map<String, Integer> counts(HealthReport report) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      int count = (int) report.gpus().stream().filter(gpu -> gpu.verdict() == verdict).count();
      if (count > 0) {
        counts.put(verdict.name().toLowerCase(Locale.ROOT), count);
      }
    }
    return counts;
  }

  private static String text(HealthReport report) {
    int all = report.gpus().size();
    int healthy = counts(report).getOrDefault("healthy", 0);
    StringBuilder text = new StringBuilder(Answers.origin(report.sample()));
    text.append(healthy)
        .append(" of ")
        .append(all)
        .append(all == 1 ? " GPU" : " GPUs")
        .append(" healthy.");
    report.findings().stream()
        .filter(finding -> finding.severity() != Severity.INFO)
        .findFirst()
        .ifPresent(
            worst -> {
              text.append(' ').append(worst.gpu().map(GpuId::text).orElse("The machine"));
              text.append(" is ").append(worst.severity().name().toLowerCase(Locale.ROOT));
              text.append(": ")
                  .append(worst.id())
                  .append(' ')
                  .append(worst.value())
                  .append(". ")
                  .append(worst.action());
            });
    long notes =
        report.findings().stream()
            .filter(
                finding -> finding.severity() == Severity.INFO && finding.id().startsWith("xid_"))
            .count();
    if (notes > 0) {
      text.append(" The kernel log has ")
          .append(notes)
          .append(notes == 1 ? " incident" : " incidents");
      text.append(" that no GPU is to blame for or that is over: analyze_xid_errors tells.");
    }
    return text.toString();
  }
}
