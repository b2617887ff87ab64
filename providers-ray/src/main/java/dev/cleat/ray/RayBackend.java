// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;

/**
 * One way to reach a Ray cluster. What all ways have in common, everything that is read and done
 * through the dashboard, is not its concern: it says where that dashboard is, and what to show it.
 *
 * <p><b>Threads.</b> Any number of threads may ask at once.
 *
 * <p><b>Life cycle.</b> Whoever opened the tools closes it, once; closing it again does nothing.
 */
public interface RayBackend extends AutoCloseable {
  /** What answers call the cluster, so that the reader knows what was acted on. */
  String clusterName();

  /** The kind of back end: {@code remote}, {@code local} or {@code kubernetes}. */
  String clusterType();

  /**
   * Where the dashboard is now. Asked for again before every request, so it may move, and must be
   * cheap.
   *
   * @throws ToolFailure when there is none, with a hint how to get one
   */
  DashboardEndpoint dashboard();

  /** Ends what this back end holds. A cluster that was only connected to keeps running. */
  @Override
  void close();
}
