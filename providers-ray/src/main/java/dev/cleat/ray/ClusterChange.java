// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One change of one local cluster: starts nodes and waits for them. Every step is written down
 * before the next one, so that whoever comes after a launcher that was killed finds all processes.
 * Whoever uses it holds the lock of the cluster, and undoes what was done when it fails.
 */
final class ClusterChange {
  /** How often a file or a process is looked at: what a start may take longer than Ray's own. */
  private static final long LOOK_MILLIS = 50;

  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LocalRay.Settings settings;
  private final StateDirectory state;
  private final RayCommand ray;
  private final Steps steps;
  private final long began = System.nanoTime();
  private final Duration most;
  private final int total;
  private ClusterRecord record;
  private int done;

  /**
   * @param most how long all of it may take
   * @param total how many steps it has
   */
  ClusterChange(
      LocalRay.Settings settings,
      StateDirectory state,
      RayCommand ray,
      Steps steps,
      Duration most,
      int total,
      ClusterRecord record) {
    this.settings = settings;
    this.state = state;
    this.ray = ray;
    this.steps = steps;
    this.most = most;
    this.total = total;
    this.record = record;
  }

  /** As it is now. */
  ClusterRecord record() {
    return record;
  }

  /** Writes it down as it is from now on. */
  void save(ClusterRecord next) {
    state.save(next);
    record = next;
  }

  /** Tells that a step begins. */
  void step(String doing) {
    steps.at(done, total, doing);
  }

  /** Tells that one more is done. */
  void stepDone() {
    done++;
  }

  /** Starts the head and waits until it says that it has started. */
  void startHead(RayCommand.Ports ports, String host, NodeSpec spec) throws InterruptedException {
    String doing = "starting the head";
    step(doing);
    Child child =
        spawn(
            doing,
            0,
            spec,
            () -> ray.head(record, ports, host, spec, state.tokenFile(record.name())));
    awaitStarted(doing, child);
    String output = LocalFiles.end(LocalFiles.output(record, 0));
    Optional<String> dashboard = LocalFiles.dashboardIn(output);
    Optional<String> gcs = LocalFiles.gcsIn(output);
    if (dashboard.isEmpty() || gcs.isEmpty()) {
      throw new ToolFailure(
          FailureKind.UPSTREAM,
          "The head does not say where its dashboard and its GCS are.",
          "Is \"ray[default]\" installed, and is it a version that is supported?");
    }
    save(record.at(dashboard.get(), gcs.get()));
    stepDone();
    String next = "waiting for the dashboard";
    step(next);
    awaitAlive(next, child, Set.of(), true);
    stepDone();
  }

  /** Starts one more worker and waits until Ray counts it. */
  LocalNode startWorker(NodeSpec spec, String doing) throws InterruptedException {
    step(doing);
    int number = record.workers() + 1;
    Child child =
        spawn(
            doing,
            number,
            spec,
            () -> ray.worker(record, number, spec, state.tokenFile(record.name())));
    Set<String> known =
        record.nodes().stream()
            .flatMap(node -> node.nodeId().stream())
            .collect(Collectors.toUnmodifiableSet());
    // Ray counts a node half a second before it has started, and one that goes in between takes
    // half a minute to end.
    awaitStarted(doing, child);
    LocalNode node = awaitAlive(doing, child, known, false);
    stepDone();
    return node;
  }

  /** Checks that nothing of it has gone while the rest was waited for. */
  void requireWhole() {
    for (LocalNode node : record.nodes()) {
      if (!node.process().runs()) {
        throw ended("keeping " + node.label(), node, Optional.empty());
      }
    }
  }

  /** A node, and its process where that is a child of this JVM. */
  private record Child(LocalNode node, Process process) {}

  private interface Launch {
    Process launch() throws IOException;
  }

  private Child spawn(String doing, int number, NodeSpec spec, Launch launch) {
    try {
      Process process = launch.launch();
      LocalNode node =
          new LocalNode(number, ProcessId.of(process.toHandle()), Optional.empty(), spec);
      Child child = new Child(node, process);
      try {
        save(record.with(node));
      } catch (RuntimeException e) {
        // Not in the record, so whoever undoes this would not find it there.
        record = record.with(node);
        throw e;
      }
      return child;
    } catch (IOException e) {
      throw new ToolFailure(
              FailureKind.UNAVAILABLE,
              capital(doing) + " failed: " + Wording.oneLine(e.toString(), 300) + ".",
              "Check providers.ray.rayCommand.")
          .causedBy(e);
    }
  }

  private void awaitStarted(String doing, Child child) throws InterruptedException {
    await(
        doing,
        child,
        () ->
            LocalFiles.end(LocalFiles.output(record, child.node().number()))
                    .contains(LocalFiles.STARTED)
                ? Optional.of(true)
                : Optional.empty(),
        Optional::empty);
  }

  private LocalNode awaitAlive(String doing, Child child, Set<String> known, boolean head)
      throws InterruptedException {
    Duration patience =
        settings.requestTimeout().compareTo(Bounds.READY) < 0
            ? settings.requestTimeout()
            : Bounds.READY;
    Said said = new Said();
    try (NodeWatch watch = new NodeWatch(new LocalCluster(record, state), patience)) {
      String id = await(doing, child, () -> newNode(watch, known, head, said), () -> said.last);
      LocalNode node = child.node().seenAs(id);
      save(record.with(node));
      return node;
    }
  }

  /** What the dashboard said last. */
  private static final class Said {
    private Optional<String> last = Optional.empty();
  }

  private static Optional<String> newNode(
      NodeWatch watch, Set<String> known, boolean head, Said said) throws InterruptedException {
    try {
      said.last = Optional.of("Ray does not count the node as alive");
      return watch.alive().stream()
          .filter(node -> node.head() == head && !known.contains(node.id()))
          .map(RayNode::id)
          .findFirst();
    } catch (ToolFailure failure) {
      // It comes up while this looks.
      said.last = Optional.ofNullable(failure.getMessage());
      return Optional.empty();
    }
  }

  private interface Look<T> {
    Optional<T> look() throws InterruptedException;
  }

  private interface Reason {
    Optional<String> said();
  }

  private <T> T await(String doing, Child child, Look<T> look, Reason reason)
      throws InterruptedException {
    long since = System.nanoTime();
    long told = since;
    while (true) {
      // In this order: what has just ended may have said that it started.
      boolean runs = child.process().isAlive();
      Optional<T> seen = look.look();
      if (!runs) {
        throw ended(doing, child.node(), Optional.of(child.process()));
      }
      if (seen.isPresent()) {
        return seen.get();
      }
      long now = System.nanoTime();
      if (now - began > most.toNanos()) {
        throw late(doing, child.node(), reason);
      }
      if (now - told > TELL_NANOS) {
        told = now;
        step(doing + " (" + TimeUnit.NANOSECONDS.toSeconds(now - since) + " s)");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private ToolFailure ended(String doing, LocalNode node, Optional<Process> process) {
    String why =
        LocalFiles.reasonIn(LocalFiles.end(LocalFiles.output(record, node.number())))
            .map(line -> ": " + line)
            .orElse(" and said nothing");
    String code =
        process
            .filter(child -> !child.isAlive())
            .map(child -> " with " + child.exitValue())
            .orElse("");
    return new ToolFailure(
        FailureKind.UPSTREAM,
        capital(doing) + " failed. Its process exited" + code + why,
        why.contains("dashboard with missing packages")
            ? "Install what the dashboard needs: pip install \"ray[default]\"."
            : "Change what it was started with, or look whether `ray start` works here at all.");
  }

  private ToolFailure late(String doing, LocalNode node, Reason reason) {
    String why =
        reason
            .said()
            .or(() -> LocalFiles.reasonIn(LocalFiles.end(LocalFiles.output(record, node.number()))))
            .map(line -> " Last: " + Wording.oneLine(line, Bounds.QUOTED_CHARS))
            .orElse("");
    return new ToolFailure(
            FailureKind.TIMEOUT,
            capital(doing) + " was not done within " + Wording.span(most) + "." + why,
            "On a busy machine give it more timeout_seconds.")
        .retryable();
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** The nodes that were added since. */
  List<LocalNode> addedSince(ClusterRecord before) {
    Set<Integer> known =
        before.nodes().stream().map(LocalNode::number).collect(Collectors.toUnmodifiableSet());
    return record.nodes().stream().filter(node -> !known.contains(node.number())).toList();
  }
}
