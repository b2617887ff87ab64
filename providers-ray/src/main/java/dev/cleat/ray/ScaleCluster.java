// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.time.Duration;
import java.util.Optional;

/** {@code scale_ray_cluster}: more or fewer workers, as observed afterwards. */
final class ScaleCluster {
  record Query(
      @Unwrapped Target on,
      @Doc("How many workers there are to be; the head does not count.") @Range(min = 0, max = 100)
          int workerReplicas,
      @Doc("For clusters of type kubernetes: which group of workers.") @Range(min = 1, max = 63)
          Optional<String> workerGroup,
      @Doc("How long a worker that is to go may finish what it runs.")
          @Default("30")
          @Range(min = 0, max = 3600)
          int drainSeconds,
      @Doc("Only say what would be done.") @Default("false") boolean dryRun) {}

  record Scaled(String summary, @Unwrapped ClusterScaled what, RayCluster.About cluster) {}

  private ScaleCluster() {}

  static ServedTool tool(Clusters clusters) {
    return Tool.named("scale_ray_cluster")
        .title("Scale a Ray cluster")
        .says(
            "Use this to give a Ray cluster more or fewer workers. When it shrinks, idle workers go"
                + " first; what a busy one still runs after drain_seconds is lost.")
        .destructive()
        .idempotent()
        .handles(
            Query.class,
            Scaled.class,
            (query, call) -> scale(clusters.find(query.on()), query, call));
  }

  private static Scaled scale(RayCluster cluster, Query query, RequestContext call)
      throws InterruptedException {
    RayCluster.About about = cluster.about();
    ScaleRequest request =
        new ScaleRequest(
            query.workerReplicas(),
            query.workerGroup(),
            Duration.ofSeconds(query.drainSeconds()),
            query.dryRun());
    ClusterScaled scaled = cluster.backend().scale(cluster.target(), request, call::progress);
    String summary =
        query.dryRun()
            ? about.name()
                + " would go from "
                + scaled.before()
                + " to "
                + Wording.count(scaled.after(), "worker")
                + "."
            : about.name()
                + " has "
                + Wording.count(scaled.after(), "worker")
                + ", as observed; "
                + scaled.before()
                + " before.";
    return new Scaled(summary, scaled, about);
  }
}
