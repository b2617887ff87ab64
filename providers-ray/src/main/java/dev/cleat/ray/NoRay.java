// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;

/** What the tools have while no cluster is configured: they are there, and say how to get one. */
final class NoRay implements RayBackend {
  static final String FIX =
      "Set providers.ray.dashboard in cleat.json to the address of a Ray dashboard, for example"
          + " \"http://127.0.0.1:8265\".";

  @Override
  public String clusterName() {
    return "none";
  }

  @Override
  public String clusterType() {
    return "none";
  }

  @Override
  public DashboardEndpoint dashboard() {
    throw new ToolFailure(FailureKind.UNAVAILABLE, "No Ray cluster is configured.", FIX);
  }

  @Override
  public void close() {}
}
