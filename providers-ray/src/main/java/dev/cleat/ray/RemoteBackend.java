// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Clusters that somebody else runs, reached by the addresses of their dashboards: the configured
 * one, and those that were connected to. Nothing is started and nothing is ended by it.
 *
 * <p><b>Threads.</b> Any number at once.
 */
final class RemoteBackend implements RayBackend {
  // Replaced as a whole.
  private final AtomicReference<List<RayTarget>> targets;

  private RemoteBackend(List<RayTarget> configured) {
    targets = new AtomicReference<>(configured);
  }

  /** With the one that is configured. */
  static RemoteBackend with(RemoteRay configured) {
    return new RemoteBackend(List.of(configured));
  }

  /** With none so far. */
  static RemoteBackend without() {
    return new RemoteBackend(List.of());
  }

  @Override
  public RayKind kind() {
    return RayKind.REMOTE;
  }

  @Override
  public List<RayTarget> targets() {
    return targets.get();
  }

  /**
   * Adds a cluster whose dashboard was seen to answer.
   *
   * @throws ToolFailure {@link FailureKind#CONFLICT} when there is another one of its name
   */
  void add(RemoteRay ray) {
    targets.updateAndGet(
        before -> {
          if (before.stream().anyMatch(other -> other.name().equals(ray.name()))) {
            throw new ToolFailure(
                FailureKind.CONFLICT,
                "There is a Ray cluster \"" + ray.name() + "\" already.",
                "Choose another cluster_name, or disconnect that one with stop_ray_cluster.");
          }
          List<RayTarget> after = new ArrayList<>(before);
          after.add(ray);
          return List.copyOf(after);
        });
  }

  @Override
  public ClusterEnd stop(RayTarget target, Steps steps) {
    if (target instanceof RemoteRay ray && ray.isConfigured()) {
      throw new ToolFailure(
          FailureKind.UNSUPPORTED,
          target.name() + " is in the configuration: it is neither ended nor forgotten from here.",
          "Take providers.ray.dashboard out of cleat.json.");
    }
    targets.updateAndGet(before -> before.stream().filter(other -> !other.equals(target)).toList());
    return new ClusterEnd(
        false,
        List.of(
            new ClusterEnd.Part(
                target.name(), ClusterEnd.How.DISCONNECTED, "it was not started from here")));
  }

  @Override
  public void close() {}
}
