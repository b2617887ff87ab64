// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.util.List;

/** {@code stop_ray_cluster}: ends one cluster, and says of each part what became of it. */
final class StopCluster {
  record Query(
      @Unwrapped Target on,
      @Doc("Stop it without asking, even though jobs or drivers use it.") @Default("false")
          boolean force) {}

  record Stopped(
      String summary,
      @Doc("Whether nothing of the cluster is left, as observed.") boolean allGone,
      List<ClusterEnd.Part> parts,
      @Doc("What used it when it was stopped.") List<String> interrupted,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final RequestContext call;

  private StopCluster(RayCluster cluster, RequestContext call) {
    this.cluster = cluster;
    this.call = call;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("stop_ray_cluster")
        .title("Stop a Ray cluster")
        .says(
            "Use this when a Ray cluster is not needed any more. One that was started by"
                + " init_ray_cluster is ended with all its processes; one that was connected to is"
                + " only forgotten and keeps running. Asks the user first when jobs use it.")
        .destructive()
        .idempotent()
        .handles(
            Query.class,
            Stopped.class,
            (query, call) -> new StopCluster(clusters.find(query.on()), call).stop(query));
  }

  private Stopped stop(Query query) throws InterruptedException {
    RayCluster.About about = cluster.aboutUnseen();
    boolean ends = cluster.target().kind() != RayKind.REMOTE;
    List<String> users = ends ? users() : List.of();
    if (!users.isEmpty() && !query.force()) {
      call.confirm(
          "Stop the Ray cluster "
              + about.name()
              + "? It is in use: "
              + String.join(", ", users)
              + ". (force skips this question.)");
    }
    ClusterEnd end = cluster.backend().stop(cluster.target(), call::progress);
    return new Stopped(summary(about, end), end.allGone(), end.parts(), users, about);
  }

  // Whoever cannot be asked may be at work, unless the head is known to be gone.
  private List<String> users() throws InterruptedException {
    try {
      return cluster.activity().users();
    } catch (ToolFailure failure) {
      return List.of("whether it is cannot be seen (" + failure.getMessage() + ")");
    }
  }

  private static String summary(RayCluster.About about, ClusterEnd end) {
    if (end.parts().stream().allMatch(part -> part.how() == ClusterEnd.How.DISCONNECTED)) {
      return "Disconnected from " + about.name() + ", which keeps running.";
    }
    long killed = count(end, ClusterEnd.How.KILLED);
    String parts = Wording.count(end.parts().size(), "part");
    if (end.allGone()) {
      return "Stopped "
          + about.name()
          + ". Nothing of it is left ("
          + parts
          + (killed > 0 ? ", " + killed + " had to be killed)." : ").");
    }
    return about.name()
        + " is NOT gone: "
        + count(end, ClusterEnd.How.LEFT)
        + " of "
        + parts
        + " left.";
  }

  private static long count(ClusterEnd end, ClusterEnd.How how) {
    return end.parts().stream().filter(part -> part.how() == how).count();
  }
}
