// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.nvml.Finding.Opinion;
import dev.cleat.nvml.Finding.Severity;
import dev.cleat.nvml.XidIncident.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Turns open incidents of the kernel log into findings. What a program could have written decides
 * nothing. Pure.
 */
final class XidRules {

  /** So many are told; one more finding says how many are not. */
  static final int MOST_FINDINGS = 64;

  private final NodeSample node;
  private final XidCatalog catalog;
  private final HealthLimits limits;
  private final Penalties penalties;

  private XidRules(NodeSample node, XidCatalog catalog, HealthLimits limits, Penalties penalties) {
    this.node = node;
    this.catalog = catalog;
    this.limits = limits;
    this.penalties = penalties;
  }

  /** The findings, for incidents that are newest first. */
  static List<Finding> judge(
      NodeSample node,
      List<XidIncident> incidents,
      XidCatalog catalog,
      HealthLimits limits,
      Penalties penalties) {
    XidRules rules = new XidRules(node, catalog, limits, penalties);
    List<Finding> findings = new ArrayList<>();
    Optional<XidEvent> newest = incidents.stream().map(XidIncident::last).findFirst();
    incidents.stream()
        .filter(incident -> !incident.spoofable() && rules.isOpen(incident, newest))
        .map(rules::finding)
        .sorted(Finding.WORST_FIRST)
        .forEach(findings::add);
    if (findings.size() <= MOST_FINDINGS) {
      return findings;
    }
    List<Finding> told = new ArrayList<>(findings.subList(0, MOST_FINDINGS));
    told.add(
        Finding.of(
                "xid_more",
                Severity.WARNING,
                (findings.size() - MOST_FINDINGS) + " more incidents",
                "kernel log")
            .action("Call analyze_xid_errors."));
    return told;
  }

  private boolean isOpen(XidIncident incident, Optional<XidEvent> newest) {
    Optional<Instant> at = incident.last().wall();
    if (at.isEmpty()) {
      return newest.isEmpty()
          || newest.get().clock() != incident.last().clock()
          || newest.get().follows(incident.last(), limits.xidOpen());
    }
    boolean aged = Duration.between(at.get(), node.takenAt()).compareTo(limits.xidOpen()) > 0;
    boolean cleared = node.driverLoadedAt().filter(loaded -> loaded.isAfter(at.get())).isPresent();
    return !aged && !cleared;
  }

  private Finding finding(XidIncident incident) {
    XidEvent cause = incident.cause();
    Optional<GpuSample> sample = cause.pci().flatMap(node::at);
    GpuId gpu =
        sample
            .map(GpuSample::id)
            .or(() -> cause.board().map(GpuId::at))
            .orElse(new GpuId(Optional.empty(), Optional.empty(), Optional.empty()));
    String bucket = catalog.entry(cause.code()).map(XidCatalog.Entry::immediate).orElse("");
    Optional<Integer> asked = sample.flatMap(s -> s.get(GpuQuery.RECOVERY_ACTION));
    Severity severity = severity(incident, bucket, asked);
    Finding finding =
        Finding.of(id(cause), severity, told(incident), "kernel log")
            .since(incident.first().wall())
            .action(action(incident, bucket, gpu))
            .by(opinion(incident))
            .penalty(penalty(severity));
    return cause.kind() == XidEvent.Kind.SXID || gpu.pci().isEmpty() ? finding : finding.about(gpu);
  }

  private static Opinion opinion(XidIncident incident) {
    if (asksForAction(incident)) {
      return Opinion.DRIVER;
    }
    boolean nvidias =
        incident.cause().kind() == XidEvent.Kind.XID && incident.origin() != Origin.PROGRAM;
    return nvidias ? Opinion.NVIDIA_CATALOGUE : Opinion.CLEAT;
  }

  private static boolean asksForAction(XidIncident incident) {
    return incident
        .driverVerdict()
        .flatMap(event -> event.number("new"))
        .filter(action -> action != Advice.RECOVERY_NONE)
        .isPresent();
  }

  private static String id(XidEvent cause) {
    return switch (cause.kind()) {
      case SXID -> "sxid_" + cause.code();
      case RESET_HINT -> "reset_hint";
      default -> "xid_" + cause.code();
    };
  }

  private static String action(XidIncident incident, String bucket, GpuId gpu) {
    Optional<Integer> verdict = incident.driverVerdict().flatMap(event -> event.number("new"));
    if (verdict.filter(action -> action != Advice.RECOVERY_NONE).isPresent()) {
      return Advice.recovery(verdict.get(), gpu.text());
    }
    return switch (incident.cause().kind()) {
      case SXID ->
          "Look at the fabric manager's log; keep multi-GPU work off the node if it repeats.";
      case RESET_HINT -> "Find the GPU with get_gpu_health and drain it for a reset.";
      default -> Advice.bucket(bucket, gpu.text());
    };
  }

  private String told(XidIncident incident) {
    XidEvent cause = incident.cause();
    String what =
        switch (cause.kind()) {
          case SXID ->
              "NVSwitch " + cause.pci().map(PciAddress::text).orElse("?") + " SXid " + cause.code();
          case RESET_HINT -> "the driver failed with NV_ERR_RESET_REQUIRED";
          default ->
              "XID "
                  + cause.code()
                  + catalog
                      .entry(cause.code())
                      .map(e -> ": " + e.description())
                      .orElse(" (not in the catalogue)");
        };
    Map<Integer, Integer> counts = incident.countByCode();
    int repeats = counts.getOrDefault(cause.code(), 1);
    String followers =
        counts.keySet().stream()
            .filter(code -> code != cause.code())
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return what
        + (repeats > 1 ? "; " + repeats + " times" : "")
        + (followers.isEmpty() ? "" : "; with " + followers)
        + (incident.origin() == Origin.PROGRAM ? "; " + incident.why() : "");
  }

  private static Severity severity(XidIncident incident, String bucket, Optional<Integer> asked) {
    XidEvent cause = incident.cause();
    Severity grade = grade(incident, bucket, asked);
    // The end of a cut line is missing: even its code may be the beginning of another.
    return cause.cut() && grade.compareTo(Severity.WARNING) < 0 ? Severity.WARNING : grade;
  }

  private static Severity grade(XidIncident incident, String bucket, Optional<Integer> asked) {
    XidEvent cause = incident.cause();
    boolean driverWantsAction = asksForAction(incident);
    boolean driverIsContent = asked.equals(Optional.of(Advice.RECOVERY_NONE));
    if (cause.kind() == XidEvent.Kind.SXID) {
      return Boolean.TRUE.equals(cause.details().get("fatal"))
          ? Severity.DEGRADED
          : Severity.WARNING;
    } else if (cause.kind() == XidEvent.Kind.RESET_HINT) {
      return Severity.DEGRADED;
    } else if (driverWantsAction) {
      return driverIsContent ? Severity.INFO : Severity.CRITICAL;
    } else if (incident.has(XidParser.LOST)) {
      return Severity.CRITICAL;
    } else if (incident.origin() == Origin.PROGRAM) {
      return Severity.INFO;
    } else if (XidIncidents.PROGRAM.contains(cause.code())) {
      return Severity.WARNING;
    }
    return switch (bucket) {
      case "IGNORE", "XID_154", "WORKFLOW_XID_45" -> Severity.INFO;
      case "RESET_GPU", "RESTART_BM", "RESTART_VM", "RESTART_FM" ->
          driverIsContent ? Severity.DEGRADED : Severity.CRITICAL;
      case "WORKFLOW_XID_48", "CONTACT_SUPPORT", "CHECK_MECHANICALS" -> Severity.DEGRADED;
      case "WORKFLOW_NVLINK5_ERR" ->
          cause.text("severity").equals(Optional.of("Fatal"))
              ? Severity.DEGRADED
              : Severity.WARNING;
      default -> Severity.WARNING;
    };
  }

  private int penalty(Severity severity) {
    return switch (severity) {
      case CRITICAL -> penalties.xidCritical();
      case DEGRADED -> penalties.xidDegraded();
      case WARNING -> penalties.xidWarning();
      default -> 0;
    };
  }
}
