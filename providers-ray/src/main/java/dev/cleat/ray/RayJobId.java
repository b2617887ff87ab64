// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.util.Optional;
import java.util.regex.Pattern;

/** Ray's own ids of jobs, by which it keeps tasks and actors; people know submission ids. */
final class RayJobId {
  private static final Pattern OWN = Pattern.compile("[0-9a-f]{8}");

  private RayJobId() {}

  /**
   * Ray's own id of a job that is named in either way.
   *
   * @throws ToolFailure {@link FailureKind#WRONG_STATE} when the job has none
   */
  static Optional<String> of(RayCluster cluster, Optional<String> named)
      throws InterruptedException {
    if (named.isEmpty()) {
      return Optional.empty();
    }
    String id = JobId.require(named.get());
    if (OWN.matcher(id).matches()) {
      return Optional.of(id);
    }
    Optional<String> own = cluster.jobs().get(id).rayId();
    if (own.isEmpty()) {
      throw new ToolFailure(
          FailureKind.WRONG_STATE,
          "Job " + id + " has not connected to Ray, so it has no tasks or actors.",
          "A job connects when its code calls ray.init(). diagnose_ray_job says why it has not"
              + " started.");
    }
    return own;
  }
}
