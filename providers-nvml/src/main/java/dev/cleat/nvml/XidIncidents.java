// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Groups what the kernel log says into incidents. The same events give the same incidents, in
 * whatever order they are handed in; what programs wrote is never mixed with what the kernel wrote.
 */
final class XidIncidents {

  /** What comes this soon after, on one GPU, belongs to it. */
  static final Duration WINDOW = Duration.ofSeconds(5);

  /** As {@link #WINDOW}, where the record names its cause or repeats it. */
  static final Duration NAMED_WINDOW = Duration.ofSeconds(60);

  /** A GPU system processor that hangs is told once for each call that waited for it. */
  static final Duration GSP_WINDOW = Duration.ofMinutes(10);

  static final Set<Integer> MEMORY = Set.of(48, 63, 64, 94, 95, 171, 172);
  static final Set<Integer> PROGRAM = Set.of(13, 31, 43, 69);
  static final Set<Integer> GSP = Set.of(119, 120);
  private static final List<Integer> MEMORY_ROOTS = List.of(48, 171, 172, 95, 94, 64, 63);
  private static final int OPEN_PER_KEY = 16;

  private final List<Growing> all = new ArrayList<>();
  private final Map<PciAddress, Deque<Growing>> byBoard = new HashMap<>();
  private final Map<Long, Deque<Growing>> byPid = new HashMap<>();
  private final Deque<Growing> nowhere = new ArrayDeque<>();

  private XidIncidents() {}

  /** The incidents, newest first. */
  static List<XidIncident> of(List<XidEvent> events) {
    List<XidIncident> incidents = new ArrayList<>();
    for (boolean spoofable : new boolean[] {false, true}) {
      XidIncidents grouping = new XidIncidents();
      events.stream()
          .filter(event -> event.spoofable() == spoofable)
          .sorted(XidEvent.OLDEST_FIRST)
          .forEach(grouping::add);
      incidents.addAll(XidOrigin.judge(grouping.all.stream().map(Growing::done).toList()));
    }
    incidents.sort(
        Comparator.comparing(XidIncident::last, XidEvent.OLDEST_FIRST)
            .reversed()
            .thenComparing(XidIncident::spoofable));
    return incidents;
  }

  private void add(XidEvent event) {
    Growing incident = homeOf(event).orElseGet(Growing::new);
    if (incident.events.isEmpty()) {
      all.add(incident);
    }
    incident.events.add(event);
    event
        .board()
        .ifPresentOrElse(
            board -> open(byBoard.computeIfAbsent(board, b -> new ArrayDeque<>()), incident),
            () -> open(nowhere, incident));
    event
        .pid()
        .ifPresent(pid -> open(byPid.computeIfAbsent(pid, p -> new ArrayDeque<>()), incident));
  }

  // The newest is first; older ones than these are out of any window, or in a flood where they do
  // not matter.
  private static void open(Deque<Growing> incidents, Growing incident) {
    incidents.remove(incident);
    incidents.addFirst(incident);
    if (incidents.size() > OPEN_PER_KEY) {
      incidents.removeLast();
    }
  }

  private Optional<Growing> homeOf(XidEvent event) {
    Deque<Growing> here =
        event.board().map(b -> byBoard.getOrDefault(b, new ArrayDeque<>())).orElse(nowhere);
    if (event.kind() == XidEvent.Kind.SXID || event.kind() == XidEvent.Kind.RESET_HINT) {
      return newest(here, event, NAMED_WINDOW, incident -> incident.isAbout(event));
    }
    if (event.kind() == XidEvent.Kind.RECOVERY_ACTION) {
      return newest(here, event, NAMED_WINDOW, incident -> true);
    }
    Optional<Growing> named =
        event
            .number("caused_by")
            .flatMap(code -> newest(here, event, NAMED_WINDOW, incident -> incident.has(code)));
    Duration repeats = GSP.contains(event.code()) ? GSP_WINDOW : NAMED_WINDOW;
    return named
        .or(() -> newest(here, event, repeats, incident -> incident.isRepeatedBy(event)))
        .or(() -> newest(here, event, WINDOW, incident -> incident.mayTake(event)))
        .or(() -> ofSameProgram(event));
  }

  private Optional<Growing> ofSameProgram(XidEvent event) {
    if (event.code() != 45 && !PROGRAM.contains(event.code())) {
      return Optional.empty();
    }
    return event
        .pid()
        .flatMap(
            pid -> newest(byPid.getOrDefault(pid, new ArrayDeque<>()), event, WINDOW, i -> true));
  }

  private static Optional<Growing> newest(
      Deque<Growing> incidents, XidEvent event, Duration window, Predicate<Growing> fits) {
    return incidents.stream()
        .filter(incident -> event.follows(incident.last(), window) && fits.test(incident))
        .findFirst();
  }

  /** An incident that may still get events. They arrive oldest first. */
  private static final class Growing {
    private final List<XidEvent> events = new ArrayList<>();

    XidEvent last() {
      return events.get(events.size() - 1);
    }

    boolean has(int code) {
      return events.stream().limit(64).anyMatch(event -> event.code() == code);
    }

    boolean isAbout(XidEvent event) {
      return events.get(0).kind() == event.kind() && events.get(0).code() == event.code();
    }

    boolean isRepeatedBy(XidEvent event) {
      boolean samePid = event.pid().isEmpty() || pid().isEmpty() || pid().equals(event.pid());
      return has(event.code())
          && (samePid || !PROGRAM.contains(event.code()) && event.code() != 45);
    }

    boolean mayTake(XidEvent event) {
      boolean bothPrograms =
          PROGRAM.contains(event.code())
              && events.stream().limit(64).allMatch(e -> PROGRAM.contains(e.code()));
      return events.get(0).kind() != XidEvent.Kind.SXID
          && (!bothPrograms
              || pid().isEmpty()
              || event.pid().isEmpty()
              || pid().equals(event.pid()));
    }

    private Optional<Long> pid() {
      return events.stream().limit(64).flatMap(event -> event.pid().stream()).findFirst();
    }

    XidIncident done() {
      XidEvent cause =
          events.stream()
              .min(Comparator.comparingInt(Growing::distance).thenComparing(XidEvent.OLDEST_FIRST))
              .orElseThrow();
      if (MEMORY.contains(cause.code())) {
        cause =
            events.stream()
                .filter(event -> MEMORY.contains(event.code()))
                .min(
                    Comparator.comparingInt((XidEvent event) -> MEMORY_ROOTS.indexOf(event.code()))
                        .thenComparing(XidEvent.OLDEST_FIRST))
                .orElse(cause);
      }
      return new XidIncident(cause, events, XidIncident.Origin.UNCLEAR, "");
    }

    /** How far from a cause a code is by nature: some are only ever what came of another. */
    private static int distance(XidEvent event) {
      return switch (event.code()) {
        case 0, XidParser.RECOVERY -> 3;
        case 45 -> 2;
        case 43 -> 1;
        default -> 0;
      };
    }
  }
}
