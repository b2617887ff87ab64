// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.stream.Collectors.joining;

import dev.cleat.FailureKind;
import dev.cleat.Text;
import dev.cleat.ToolFailure;
import dev.cleat.spi.Readiness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The clusters that are known, over all back ends. Which one a call means is found in one pass over
 * their list: by what was asked for and nothing else, and if that fits several, the answer is the
 * choice between them.
 *
 * <p><b>Threads.</b> Any number at once. <b>Life cycle.</b> {@link #close} closes the back ends and
 * what was opened to their clusters.
 */
final class Clusters implements AutoCloseable {
  static final String HOW_TO_GET_ONE =
      "Start one with init_ray_cluster, connect to one with init_ray_cluster and its address, or set"
          + " providers.ray.dashboard in cleat.json to the address of a Ray dashboard, for example"
          + " \"http://127.0.0.1:8265\".";

  private final List<RayBackend> backends;
  private final Duration timeout;
  private final InstantSource clock;

  // What is open, by its target: a cluster that was started anew is another target. Guarded by
  // itself.
  private final Map<RayTarget, RayCluster> open = new HashMap<>();

  /**
   * @param backends at most one of each kind
   * @param timeout how long one request to a dashboard may take
   */
  Clusters(List<RayBackend> backends, Duration timeout, InstantSource clock) {
    this.backends = List.copyOf(backends);
    this.timeout = timeout;
    this.clock = clock;
  }

  InstantSource clock() {
    return clock;
  }

  List<RayBackend> backends() {
    return backends;
  }

  /**
   * The back end of a kind.
   *
   * @throws ToolFailure when there is none
   */
  RayBackend backend(RayKind kind) {
    return backends.stream()
        .filter(backend -> backend.kind() == kind)
        .findFirst()
        .orElseThrow(() -> notConnected(kind));
  }

  /**
   * The cluster that a call means.
   *
   * @throws ToolFailure {@link FailureKind#UNAVAILABLE} when none is known at all, {@link
   *     FailureKind#NOT_FOUND} when none fits, {@link FailureKind#INVALID_ARGUMENT} when several do
   */
  RayCluster find(Target wanted) throws InterruptedException {
    Optional<RayKind> kind = wanted.clusterType().one();
    List<RayCluster> asked = kind.isPresent() ? of(backend(kind.get())) : all();
    List<RayCluster> fitting =
        asked.stream().filter(cluster -> wanted.fits(cluster.target())).toList();
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    if (fitting.size() > 1) {
      throw ToolFailure.invalidArgument(
          fitting.size() + " Ray clusters are meant by this, and none was touched.",
          "Choose one by cluster_name, and by type where names are the same: "
              + choices(fitting)
              + ".");
    }
    List<RayCluster> all = kind.isPresent() ? all() : asked;
    if (all.isEmpty()) {
      throw new ToolFailure(FailureKind.UNAVAILABLE, "No Ray cluster is known.", HOW_TO_GET_ONE);
    }
    throw new ToolFailure(
        FailureKind.NOT_FOUND,
        "There is no Ray cluster " + Text.shown(wanted.words().strip()) + ".",
        "There are: " + choices(all) + ".");
  }

  RayCluster find(JobTarget wanted) throws InterruptedException {
    return find(wanted.target());
  }

  /** All clusters, those of a back end side by side. */
  List<RayCluster> all() throws InterruptedException {
    List<RayCluster> all = new ArrayList<>();
    for (RayBackend backend : backends) {
      all.addAll(of(backend));
    }
    return all;
  }

  /** The clusters of one back end; what was opened to those that are gone is closed. */
  List<RayCluster> of(RayBackend backend) throws InterruptedException {
    List<RayTarget> targets = backend.targets();
    List<RayCluster> gone = new ArrayList<>();
    List<RayCluster> there = new ArrayList<>();
    synchronized (open) {
      open.entrySet()
          .removeIf(
              entry -> {
                boolean left =
                    entry.getKey().kind() == backend.kind() && !targets.contains(entry.getKey());
                if (left) {
                  gone.add(entry.getValue());
                }
                return left;
              });
      for (RayTarget target : targets) {
        there.add(
            open.computeIfAbsent(target, anew -> new RayCluster(backend, anew, timeout, clock)));
      }
    }
    gone.forEach(RayCluster::close);
    return there;
  }

  /**
   * What is open to a cluster of that back end.
   *
   * @throws ToolFailure when it is gone by now
   */
  RayCluster of(RayBackend backend, RayTarget target) throws InterruptedException {
    return of(backend).stream()
        .filter(cluster -> cluster.target().equals(target))
        .findFirst()
        .orElseThrow(
            () ->
                new ToolFailure(
                    FailureKind.NOT_FOUND,
                    "The Ray cluster \"" + target.name() + "\" has been stopped meanwhile.",
                    ""));
  }

  /** Whether the dashboards that a person configured answer. */
  List<Readiness> readiness() {
    List<Readiness> all = new ArrayList<>();
    try {
      for (RayCluster cluster : all()) {
        if (cluster.target() instanceof RemoteRay ray && ray.isConfigured()) {
          all.add(cluster.readiness());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      all.add(new Readiness("ray", false, "The check was interrupted."));
    }
    return all;
  }

  /** A cluster that is not among them, for as long as the caller needs it; the caller closes it. */
  RayCluster probe(RayBackend backend, RayTarget target) {
    return new RayCluster(backend, target, timeout, clock);
  }

  private static String choices(List<RayCluster> clusters) {
    return clusters.stream()
        .map(RayCluster::target)
        .map(
            target ->
                "\""
                    + Text.shown(target.name())
                    + "\" ("
                    + target.kind().wireName()
                    + target.namespace().map(namespace -> ", namespace " + namespace).orElse("")
                    + ")")
        .collect(joining(", "));
  }

  private ToolFailure notConnected(RayKind kind) {
    return new ToolFailure(
        FailureKind.UNSUPPORTED,
        "Clusters of type " + kind.wireName() + " are not connected here.",
        "There are: "
            + backends.stream().map(backend -> backend.kind().wireName()).collect(joining(", "))
            + ".");
  }

  @Override
  public void close() {
    List<RayCluster> last;
    synchronized (open) {
      last = List.copyOf(open.values());
      open.clear();
    }
    last.forEach(RayCluster::close);
    backends.forEach(RayBackend::close);
  }
}
