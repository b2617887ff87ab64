// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.List;

/**
 * One way to run Ray clusters. What all ways have in common, everything that is read and done
 * through a dashboard, is not its concern: it knows which clusters there are, and starts, stops and
 * scales them as far as it can.
 *
 * <p>What it cannot do it refuses with {@link FailureKind#UNSUPPORTED}, saying why.
 *
 * <p><b>Threads.</b> Any number of threads may ask at once. A change of a cluster is one
 * transaction: it happens, or the state is as before; two changes of one cluster do not overlap.
 *
 * <p><b>Life cycle.</b> Whoever opened the tools closes it, once; closing it again does nothing.
 */
public interface RayBackend extends AutoCloseable {
  /** The kind of all its clusters. */
  RayKind kind();

  /**
   * The clusters there are now, by name.
   *
   * @throws ToolFailure when that cannot be found out
   */
  List<RayTarget> targets() throws InterruptedException;

  /**
   * Starts a cluster and returns once it can be used. If it fails or is interrupted, nothing of it
   * is left.
   */
  default RayTarget start(ClusterRequest request, Steps steps) throws InterruptedException {
    throw refused("start a cluster");
  }

  /**
   * Ends a cluster and everything that belongs to it, and says of each part what was observed. One
   * that is only connected to is forgotten, and keeps running.
   */
  ClusterEnd stop(RayTarget target, Steps steps) throws InterruptedException;

  /** Starts or ends workers until there are as many as asked for. */
  default ClusterScaled scale(RayTarget target, ScaleRequest request, Steps steps)
      throws InterruptedException {
    throw refused("scale a cluster");
  }

  /**
   * Ends the supervisor of a job that has not started, which is the only way to end such a job.
   *
   * @param actorName the name of that actor
   */
  default void killSupervisor(RayTarget target, String actorName) throws InterruptedException {
    throw refused("end an actor");
  }

  /** Ends what this back end holds. */
  @Override
  void close();

  private ToolFailure refused(String what) {
    return new ToolFailure(
        FailureKind.UNSUPPORTED,
        "A cluster of type " + kind().wireName() + " is not ours to " + what + " of.",
        "");
  }
}
