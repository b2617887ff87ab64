// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Ends nodes that were started here, with everything that belongs to them, and says what was seen.
 *
 * <p>Each is asked to end, waited for, and killed if it does not. What a node started is looked up
 * before, because it cannot be found by its parent afterwards: Ray's agents outlive a raylet that
 * is killed, and a job's processes are in sessions of their own. It takes at most about {@link
 * #EXIT} + {@link #KILL} for the workers together, the same for the head, and {@link #SWEEP}.
 *
 * <p>It cannot be interrupted: what is half ended would be left.
 */
final class Ending {
  /** Ray's own needs 1.4 to 4 s on a busy machine. */
  static final Duration EXIT = Duration.ofSeconds(10);

  /** For the kernel, which can be busy with the memory of what it ends. */
  static final Duration KILL = Duration.ofSeconds(5);

  /** What goes by itself when its parent has gone is given so long. */
  static final Duration SETTLE = Duration.ofSeconds(2);

  /** All of the rest. */
  static final Duration SWEEP = Duration.ofSeconds(10);

  private static final int NAMED = 5;

  private final Consumer<String> doing;
  private final Set<ProcessId> family = new LinkedHashSet<>();
  private final List<ClusterEnd.Part> parts = new ArrayList<>();

  private Ending(Consumer<String> doing) {
    this.doing = doing;
  }

  /**
   * Ends all nodes of a cluster and whatever else was started for it.
   *
   * @param doing is told what is done next
   */
  static ClusterEnd all(ClusterRecord record, Consumer<String> doing) {
    if (!record.machine().isHere()) {
      // It was before this machine was started again: none of those numbers means anything.
      return new ClusterEnd(
          true,
          record.nodes().stream().map(node -> part(node, ClusterEnd.How.ALREADY_GONE)).toList());
    }
    Ending ending = new Ending(doing);
    ending.end(record.workerNodes());
    ending.end(record.head().stream().toList());
    ending.sweep(() -> Marked.ofCluster(record.directory()));
    return ending.end();
  }

  /** Ends some workers, and leaves the others alone. */
  static ClusterEnd some(ClusterRecord record, List<LocalNode> workers, Consumer<String> doing) {
    Ending ending = new Ending(doing);
    ending.end(workers);
    ending.sweep(
        () ->
            workers.stream()
                .flatMap(worker -> Marked.ofNode(record.directory(), worker.number()).stream())
                .toList());
    return ending.end();
  }

  private ClusterEnd end() {
    boolean allGone = parts.stream().noneMatch(part -> part.how() == ClusterEnd.How.LEFT);
    return new ClusterEnd(allGone, parts);
  }

  private void end(List<LocalNode> nodes) {
    Map<LocalNode, ClusterEnd.How> ends = new LinkedHashMap<>();
    for (LocalNode node : nodes) {
      ends.put(node, ClusterEnd.How.ALREADY_GONE);
      if (node.process().runs()) {
        doing.accept("stopping " + node.label());
        family.addAll(node.process().descendants());
        ends.put(node, ClusterEnd.How.EXITED);
        node.process().terminate();
      }
    }
    Patience.until(EXIT, () -> nodes.stream().noneMatch(node -> node.process().runs()));
    for (LocalNode node : nodes) {
      if (node.process().runs()) {
        doing.accept("killing " + node.label());
        family.addAll(node.process().descendants());
        ends.put(node, ClusterEnd.How.KILLED);
        node.process().kill();
      }
    }
    Patience.until(KILL, () -> nodes.stream().noneMatch(node -> node.process().runs()));
    ends.forEach(
        (node, how) -> parts.add(part(node, node.process().runs() ? ClusterEnd.How.LEFT : how)));
  }

  /** Ends what is left of their families, and what carries their mark. */
  private void sweep(Supplier<List<ProcessId>> marked) {
    // Looking at all processes of the machine costs milliseconds, so it comes last.
    if (Patience.until(
        SETTLE, () -> family.stream().noneMatch(ProcessId::runs) && left(marked).isEmpty())) {
      return;
    }
    doing.accept("ending what is left");
    Map<ProcessId, String> killed = new LinkedHashMap<>();
    boolean gone =
        Patience.until(
            SWEEP,
            () -> {
              List<ProcessId> left = left(marked);
              for (ProcessId process : left) {
                family.addAll(process.descendants());
                killed.computeIfAbsent(process, Ending::named);
                process.kill();
              }
              return left.isEmpty();
            });
    String names =
        killed.values().stream().limit(NAMED).collect(joining(", "))
            + (killed.size() > NAMED ? " and " + (killed.size() - NAMED) + " more" : "");
    parts.add(
        new ClusterEnd.Part(
            Wording.count(killed.size(), "other process"),
            gone ? ClusterEnd.How.KILLED : ClusterEnd.How.LEFT,
            names));
  }

  private List<ProcessId> left(Supplier<List<ProcessId>> marked) {
    Set<ProcessId> left = new LinkedHashSet<>(family);
    left.addAll(marked.get());
    left.remove(ProcessId.self());
    return left.stream().filter(ProcessId::runs).toList();
  }

  private static String named(ProcessId process) {
    String command =
        ProcessHandle.of(process.pid()).flatMap(handle -> handle.info().command()).orElse("");
    String name = command.substring(command.lastIndexOf('/') + 1);
    return (name.isEmpty() ? "process" : Wording.oneLine(name, 40))
        + " (pid "
        + process.pid()
        + ")";
  }

  private static ClusterEnd.Part part(LocalNode node, ClusterEnd.How how) {
    return new ClusterEnd.Part(node.label(), how, "");
  }
}
