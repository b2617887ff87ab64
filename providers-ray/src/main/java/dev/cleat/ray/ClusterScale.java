// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Gives one local cluster as many workers as asked for. More are like the last one that was
 * started; when some have to go, it is those that run nothing. If it fails, what was added is ended
 * again.
 */
final class ClusterScale {
  /** For each worker that is started; Ray's own needs 1.3 to 12 s. */
  private static final Duration WORKER = Duration.ofSeconds(90);

  /** For Ray to take note of a worker that has ended in good order. */
  private static final Duration NOTED = Duration.ofSeconds(15);

  private static final long LOOK_MILLIS = 250;

  private final LocalRay.Settings settings;
  private final StateDirectory state;
  private final RayCommand ray;
  private final ScaleRequest request;
  private final Steps steps;
  private final List<String> did = new ArrayList<>();
  private ClusterRecord record;

  /** One over a record whose lock is held. */
  ClusterScale(
      LocalRay.Settings settings,
      StateDirectory state,
      RayCommand ray,
      ClusterRecord record,
      ScaleRequest request,
      Steps steps) {
    this.settings = settings;
    this.state = state;
    this.ray = ray;
    this.record = record;
    this.request = request;
    this.steps = steps;
  }

  ClusterScaled run() throws InterruptedException {
    if (request.group().isPresent()) {
      throw ToolFailure.invalidArgument(
          "A local cluster has no groups of workers.", "Leave worker_group out.");
    }
    if (request.workers() < 0 || request.workers() > ClusterStart.MOST_WORKERS) {
      throw ToolFailure.invalidArgument(
          request.workers() + " workers cannot run on one machine.",
          "Allowed are 0 to " + ClusterStart.MOST_WORKERS + ".");
    }
    LocalCluster cluster = new LocalCluster(record, state);
    cluster.dashboard();
    try (NodeWatch watch = new NodeWatch(cluster, settings.requestTimeout())) {
      int before = running().size();
      int more = request.workers() - before;
      if (request.dryRun()) {
        say(more, watch);
        return new ClusterScaled(before, request.workers(), did);
      }
      forgetGone();
      if (more > 0) {
        add(more);
      } else if (more < 0) {
        remove(-more, watch);
      }
      return new ClusterScaled(before, alive(watch), did);
    }
  }

  private List<LocalNode> running() {
    return record.workerNodes().stream().filter(node -> node.process().runs()).toList();
  }

  private void save(ClusterRecord next) {
    state.save(next);
    record = next;
  }

  private void say(int more, NodeWatch watch) throws InterruptedException {
    if (more > 0) {
      did.add("would start " + Wording.count(more, "worker") + " with " + described());
    } else if (more < 0) {
      List<LocalNode> idle = idle(watch);
      for (LocalNode node : chosen(-more, idle)) {
        did.add(
            "would stop " + node.label() + (idle.contains(node) ? ", which is idle" : ", BUSY"));
      }
    }
  }

  private String described() {
    NodeSpec spec = record.template();
    return Wording.count(spec.numCpus(), "CPU")
        + (spec.numGpus() > 0 ? ", " + Wording.count(spec.numGpus(), "GPU") : "")
        + (spec.resources().isEmpty() ? "" : ", " + spec.resources());
  }

  private void forgetGone() {
    List<LocalNode> running = running();
    List<LocalNode> gone =
        record.workerNodes().stream().filter(node -> !running.contains(node)).toList();
    if (!gone.isEmpty()) {
      Ending.some(record, gone, doing -> {});
      gone.forEach(node -> did.add(node.label() + " had ended already"));
      save(record.without(gone));
    }
  }

  private void add(int count) throws InterruptedException {
    ClusterRecord before = record;
    ClusterChange change =
        new ClusterChange(settings, state, ray, steps, WORKER.multipliedBy(count), count, before);
    boolean done = false;
    try {
      for (int i = 1; i <= count; i++) {
        LocalNode node =
            change.startWorker(record.template(), "starting worker " + i + " of " + count);
        did.add("started " + node.label() + " with " + described());
      }
      done = true;
    } finally {
      record = change.record();
      if (!done) {
        List<LocalNode> added = change.addedSince(before);
        ClusterEnd end = Ending.some(record, added, doing -> {});
        if (end.allGone()) {
          save(record.without(added));
        }
      }
    }
  }

  private void remove(int count, NodeWatch watch) throws InterruptedException {
    List<LocalNode> idle = awaitIdle(count, watch);
    List<LocalNode> going = chosen(count, idle);
    int[] done = {0};
    Deferring telling =
        new Deferring(doing -> steps.at(Math.min(done[0]++, going.size()), going.size(), doing));
    ClusterEnd end = Ending.some(record, going, telling);
    List<LocalNode> gone = going.stream().filter(node -> !node.process().runs()).toList();
    save(record.without(gone));
    telling.rethrow();
    for (LocalNode node : gone) {
      did.add(
          "stopped "
              + node.label()
              + (idle.contains(node) ? ", which was idle" : ", which was BUSY"));
    }
    if (!end.allGone()) {
      throw new ToolFailure(
          FailureKind.UPSTREAM,
          "Not all of the workers could be ended: " + end.parts(),
          "Scale again; if that does not help, look at these processes.");
    }
    awaitNoted(gone, watch);
  }

  // Whichever becomes idle first may go.
  private List<LocalNode> awaitIdle(int count, NodeWatch watch) throws InterruptedException {
    long end = System.nanoTime() + request.drain().toNanos();
    long told = 0;
    while (true) {
      List<LocalNode> idle = idle(watch);
      long left = end - System.nanoTime();
      if (idle.size() >= count || left <= 0) {
        return idle;
      }
      if (told == 0 || told - left > TimeUnit.SECONDS.toNanos(1)) {
        told = left;
        steps.at(
            0,
            count,
            "waiting for "
                + Wording.count(count - idle.size(), "busy worker")
                + " to finish, "
                + TimeUnit.NANOSECONDS.toSeconds(left)
                + " s at most");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private List<LocalNode> idle(NodeWatch watch) throws InterruptedException {
    List<LocalNode> idle = new ArrayList<>();
    for (LocalNode node : running()) {
      if (node.nodeId().isPresent() && watch.idle(node.nodeId().get())) {
        idle.add(node);
      }
    }
    return idle;
  }

  /** The idle ones first, and of those the newest first. */
  private List<LocalNode> chosen(int count, List<LocalNode> idle) {
    List<LocalNode> ordered = new ArrayList<>();
    for (boolean wantIdle : new boolean[] {true, false}) {
      List<LocalNode> running = running();
      for (int i = running.size() - 1; i >= 0; i--) {
        if (idle.contains(running.get(i)) == wantIdle) {
          ordered.add(running.get(i));
        }
      }
    }
    return ordered.subList(0, Math.min(count, ordered.size()));
  }

  private void awaitNoted(List<LocalNode> gone, NodeWatch watch) throws InterruptedException {
    Set<String> ids =
        gone.stream()
            .flatMap(node -> node.nodeId().stream())
            .collect(Collectors.toUnmodifiableSet());
    long end = System.nanoTime() + NOTED.toNanos();
    while (watch.alive().stream().anyMatch(node -> ids.contains(node.id()))) {
      if (System.nanoTime() - end >= 0) {
        did.add("Ray has not taken note of all that so far");
        return;
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /** How many of ours Ray counts as alive. */
  private int alive(NodeWatch watch) throws InterruptedException {
    Set<String> ids =
        running().stream()
            .flatMap(node -> node.nodeId().stream())
            .collect(Collectors.toUnmodifiableSet());
    return (int) watch.alive().stream().filter(node -> ids.contains(node.id())).count();
  }
}
