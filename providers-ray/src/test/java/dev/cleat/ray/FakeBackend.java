// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A back end whose clusters are what a test says, and which does nothing but remember. */
final class FakeBackend implements RayBackend {
  /** A cluster of it. */
  record Cluster(RayKind kind, String name, Optional<String> namespace, Optional<String> url)
      implements RayTarget {
    @Override
    public DashboardEndpoint dashboard() {
      return new DashboardEndpoint(
          DashboardAddress.parse(url.orElseThrow()), Optional.empty(), true);
    }
  }

  final List<RayTarget> targets = new CopyOnWriteArrayList<>();
  final List<String> done = new CopyOnWriteArrayList<>();
  ClusterEnd end =
      new ClusterEnd(true, List.of(new ClusterEnd.Part("head", ClusterEnd.How.EXITED, "")));

  private final RayKind kind;

  FakeBackend(RayKind kind) {
    this.kind = kind;
  }

  FakeBackend with(String name, String url) {
    targets.add(new Cluster(kind, name, Optional.empty(), Optional.of(url)));
    return this;
  }

  FakeBackend in(String namespace, String name, String url) {
    targets.add(new Cluster(kind, name, Optional.of(namespace), Optional.of(url)));
    return this;
  }

  @Override
  public RayKind kind() {
    return kind;
  }

  @Override
  public List<RayTarget> targets() {
    return new ArrayList<>(targets);
  }

  @Override
  public ClusterEnd stop(RayTarget target, Steps steps) {
    done.add("stop " + target.name());
    steps.at(0, 1, "stopping " + target.name());
    targets.remove(target);
    return end;
  }

  @Override
  public ClusterScaled scale(RayTarget target, ScaleRequest request, Steps steps) {
    done.add("scale " + target.name() + " to " + request);
    return new ClusterScaled(1, request.workers(), List.of());
  }

  @Override
  public void close() {
    done.add("close");
  }
}
