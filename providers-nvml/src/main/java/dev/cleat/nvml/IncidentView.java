// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.Doc;
import dev.cleat.nvml.Answers.GpuRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An incident as {@code analyze_xid_errors} tells it. */
@Doc("One incident: its first cause and all that came of it.")
record IncidentView(
    String id,
    @Doc("In one line.") String headline,
    XidEvent.Kind kind,
    @Doc("The code it began with; 0 when the driver gave none.") int code,
    Optional<String> mnemonic,
    @Doc("Left out when the log does not name it.") Optional<GpuRef> gpu,
    @Doc("Other GPUs that it touched, by PCI address.") Optional<List<String>> alsoOn,
    Optional<Instant> first,
    Optional<Instant> last,
    @Doc("Seconds since boot, when no date is known.") Optional<Double> bootSeconds,
    @Doc("How many log records it has.") int records,
    @Doc("How often the code it began with came.") int repeats,
    @Doc("What else came with it.") Optional<List<Follower>> followers,
    @Doc("The program that was hit; its name is what the program calls itself.")
        Optional<Program> program,
    @Doc("Whether program, hardware or driver is to blame, in our opinion.")
        XidIncident.Origin origin,
    @Doc("On what grounds.") String why,
    @Doc("What to do: the driver's own verdict if there is one, else NVIDIA's catalogue.")
        String action,
    Optional<DriverVerdict> driverVerdict,
    Optional<Catalogue> nvidia,
    @Doc("What the line of the cause tells beyond this.") Optional<Map<String, Object>> details,
    @Doc("True when a program, not the kernel, wrote these records: do not build on them.")
        Optional<Boolean> spoofable,
    @Doc("True when the line of the cause ends too early.") Optional<Boolean> truncated,
    Optional<List<String>> lines) {

  private static final int MOST_FOLLOWERS = 16;
  private static final int MOST_BOARDS = 16;
  private static final int MOST_NAME_CHARS = 64;

  @Doc("A code that came with the cause.")
  record Follower(int code, Optional<String> mnemonic, int count) {}

  @Doc("A process.")
  record Program(Optional<Long> pid, Optional<String> name) {}

  @Doc("What the driver itself asks for (XID 154); it overrules the catalogue.")
  record DriverVerdict(int action, String name, Optional<Instant> since) {}

  @Doc("What NVIDIA's catalogue says.")
  record Catalogue(
      String meaning, Optional<String> immediate, Optional<String> investigatory, String source) {}

  static IncidentView of(
      XidIncident incident, NodeSample node, XidCatalog catalog, XidTool.RawLines raw) {
    XidEvent cause = incident.cause();
    boolean isXid = cause.kind() != XidEvent.Kind.SXID && cause.code() != 0;
    Optional<XidCatalog.Entry> entry = isXid ? catalog.entry(cause.code()) : Optional.empty();
    Optional<GpuId> gpu =
        cause.board().map(board -> node.at(board).map(GpuSample::id).orElse(GpuId.at(board)));
    Map<Integer, Integer> counts = incident.countByCode();
    Optional<DriverVerdict> verdict = incident.driverVerdict().flatMap(IncidentView::verdict);
    return new IncidentView(
        incident.id(),
        headline(cause, entry, gpu),
        cause.kind(),
        cause.code(),
        entry.map(XidCatalog.Entry::mnemonic),
        gpu.map(GpuRef::of),
        some(
            incident.boards().stream()
                .filter(board -> !cause.board().equals(Optional.of(board)))
                .limit(MOST_BOARDS)
                .map(PciAddress::text)
                .toList()),
        incident.first().wall(),
        incident.last().wall(),
        incident.first().wall().isPresent()
            ? Optional.empty()
            : incident.first().record().bootMicros().map(micros -> micros / 1e6),
        incident.events().size(),
        counts.getOrDefault(cause.code(), 1),
        some(followers(counts, cause, catalog)),
        program(incident),
        incident.origin(),
        incident.why(),
        action(cause, entry, gpu, verdict),
        verdict,
        entry.map(
            e ->
                new Catalogue(
                    e.description(),
                    filled(e.immediate()),
                    filled(e.investigatory()),
                    XidCatalog.SOURCE)),
        cause.details().isEmpty() ? Optional.empty() : Optional.of(new TreeMap<>(cause.details())),
        incident.spoofable() ? Optional.of(true) : Optional.empty(),
        cause.cut() ? Optional.of(true) : Optional.empty(),
        raw.of(incident));
  }

  private static <T> Optional<List<T>> some(List<T> list) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list);
  }

  private static Optional<String> filled(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static String headline(
      XidEvent cause, Optional<XidCatalog.Entry> entry, Optional<GpuId> gpu) {
    String where = gpu.map(id -> " on " + id.text()).orElse("");
    return switch (cause.kind()) {
      case SXID ->
          "SXid " + cause.code() + " of NVSwitch " + cause.pci().map(PciAddress::text).orElse("?");
      case RESET_HINT -> "the driver failed because a GPU needs a reset";
      case GPU_LOST -> "the driver lost the GPU, as with XID 79" + where;
      default ->
          "XID "
              + cause.code()
              + where
              + ": "
              + entry.map(XidCatalog.Entry::description).orElse("not in the catalogue");
    };
  }

  private static List<Follower> followers(
      Map<Integer, Integer> counts, XidEvent cause, XidCatalog catalog) {
    List<Follower> followers = new ArrayList<>();
    counts.forEach(
        (code, count) -> {
          if (code != cause.code() && followers.size() < MOST_FOLLOWERS) {
            followers.add(
                new Follower(code, catalog.entry(code).map(XidCatalog.Entry::mnemonic), count));
          }
        });
    return followers;
  }

  private static Optional<Program> program(XidIncident incident) {
    return incident.events().stream()
        .filter(event -> event.pid().isPresent() || event.process().isPresent())
        .findFirst()
        .map(
            event ->
                new Program(
                    event.pid(), event.process().map(name -> LogText.safe(name, MOST_NAME_CHARS))));
  }

  private static Optional<DriverVerdict> verdict(XidEvent event) {
    return event
        .number("new")
        .map(
            action ->
                new DriverVerdict(
                    action,
                    event.text("new_name").orElse(Advice.recoveryName(action)),
                    event.wall()));
  }

  private static String action(
      XidEvent cause,
      Optional<XidCatalog.Entry> entry,
      Optional<GpuId> gpu,
      Optional<DriverVerdict> verdict) {
    String which = gpu.map(GpuId::text).orElse("the GPU");
    Optional<Integer> asked =
        verdict.map(DriverVerdict::action).filter(action -> action != Advice.RECOVERY_NONE);
    if (asked.isPresent()) {
      return Advice.recovery(asked.get(), which);
    }
    return switch (cause.kind()) {
      case SXID -> "Look at the fabric manager's log.";
      case RESET_HINT -> "Find the GPU with get_gpu_health and drain it for a reset.";
      default -> Advice.bucket(entry.map(XidCatalog.Entry::immediate).orElse(""), which);
    };
  }
}
