// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import java.util.Optional;

/**
 * One cluster that is known, and can be acted on. Names are unique within a back end and a
 * namespace, and mean nothing: what a cluster is, its kind says.
 *
 * <p><b>Threads.</b> Any number of threads may ask at once. Immutable but for what it observes.
 */
public interface RayTarget {
  /** What answers call the cluster, so that the reader knows what was acted on. */
  String name();

  /** How it is run. */
  RayKind kind();

  /** The Kubernetes namespace it is in; only of that kind. */
  default Optional<String> namespace() {
    return Optional.empty();
  }

  /**
   * Where its dashboard is now. Asked for again before every request, so it may move, and must be
   * cheap.
   *
   * @throws ToolFailure when there is none, with a hint how to get one
   */
  DashboardEndpoint dashboard();

  /** The address of its GCS as {@code host:port}, if that can be reached from here. */
  default Optional<String> gcsAddress() {
    return Optional.empty();
  }

  /**
   * Where its token is kept, so that people and other programs can use it; never the token itself.
   */
  default Optional<String> tokenReference() {
    return Optional.empty();
  }
}
