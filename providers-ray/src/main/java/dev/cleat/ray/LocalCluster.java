// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A cluster that was started on this machine, by this JVM or another one of the user, as it was
 * written down when it was looked up. Two of them are equal when they are of the same start.
 */
final class LocalCluster implements RayTarget {
  private final ClusterRecord record;
  private final StateDirectory state;

  LocalCluster(ClusterRecord record, StateDirectory state) {
    this.record = record;
    this.state = state;
  }

  /** As it was when this was looked up. */
  ClusterRecord record() {
    return record;
  }

  @Override
  public String name() {
    return record.name();
  }

  @Override
  public RayKind kind() {
    return RayKind.LOCAL;
  }

  @Override
  public DashboardEndpoint dashboard() {
    LocalNode head = record.head().orElseThrow(() -> unavailable("has no head"));
    if (record.phase() == ClusterRecord.Phase.ENDING) {
      throw unavailable("is being stopped");
    }
    if (!head.process().runs()) {
      throw unavailable("has lost its head: process " + head.process().pid() + " is gone");
    }
    String address = record.dashboard().orElseThrow(() -> unavailable("has no dashboard yet"));
    String token = state.token(name()).orElseThrow(this::noToken);
    return new DashboardEndpoint(DashboardAddress.parse(address), Optional.of(token), true);
  }

  @Override
  public Optional<String> gcsAddress() {
    return record.gcs();
  }

  @Override
  public Optional<String> tokenReference() {
    return Optional.of(tokenFile().toString());
  }

  Path tokenFile() {
    return state.tokenFile(name());
  }

  private ToolFailure unavailable(String what) {
    return new ToolFailure(
        FailureKind.UNAVAILABLE,
        "The Ray cluster " + name() + " " + what + ".",
        "stop_ray_cluster ends what is left of it and cleans up; init_ray_cluster starts a new"
            + " one.");
  }

  private ToolFailure noToken() {
    return new ToolFailure(
        FailureKind.UNAUTHENTICATED,
        "The token of the Ray cluster " + name() + " is not in its file " + tokenFile() + ".",
        "Without it nothing can be asked of the cluster. stop_ray_cluster still ends it.");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LocalCluster that && record.directory().equals(that.record.directory());
  }

  @Override
  public int hashCode() {
    return record.directory().hashCode();
  }

  @Override
  public String toString() {
    return "local Ray cluster " + name();
  }
}
