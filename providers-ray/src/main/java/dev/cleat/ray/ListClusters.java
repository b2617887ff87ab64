// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code list_ray_clusters}: what is known, and how each is right now. */
final class ListClusters {
  record Query(@Doc("Only clusters that are run like this.") @Default("all") Kind clusterType) {}

  /** What may be asked for. */
  enum Kind {
    ALL,
    LOCAL,
    REMOTE,
    KUBERNETES,
    /** The same as {@link #KUBERNETES}. */
    K8S;

    boolean includes(RayKind kind) {
      return this == ALL || name().equals(kind.name()) || this == K8S && kind == RayKind.KUBERNETES;
    }
  }

  /** How a cluster was found when it was looked at. */
  enum State {
    /** Its dashboard answers. */
    CONNECTED,
    /** Its dashboard does not; whether it runs is not known. */
    UNREACHABLE
  }

  /** One cluster. */
  record Row(
      String name,
      String type,
      Optional<String> namespace,
      State state,
      Optional<String> dashboard,
      Optional<String> rayVersion,
      Optional<String> sessionName,
      @Doc("Nodes that are alive.") Optional<Integer> nodes,
      @Doc("Why it is not connected.") Optional<String> problem,
      @Doc("The file that holds its token.") Optional<String> tokenFile) {}

  record Listed(
      String summary,
      List<Row> clusters,
      @Doc("What could not be looked at.") List<String> unseen) {}

  private ListClusters() {}

  static ServedTool tool(Clusters clusters) {
    return Tool.named("list_ray_clusters")
        .title("List Ray clusters")
        .says(
            "Use this to see which Ray clusters are known here, what they are called, how they are"
                + " run, and whether each answers right now.")
        .readOnly()
        .handles(Query.class, Listed.class, (query, call) -> list(clusters, query));
  }

  private static Listed list(Clusters clusters, Query query) throws InterruptedException {
    List<Row> rows = new ArrayList<>();
    List<String> unseen = new ArrayList<>();
    for (RayBackend backend : clusters.backends()) {
      if (!query.clusterType().includes(backend.kind())) {
        continue;
      }
      try {
        for (RayCluster cluster : clusters.of(backend)) {
          rows.add(row(cluster));
        }
      } catch (ToolFailure failure) {
        unseen.add("clusters of type " + backend.kind().wireName() + ": " + failure.getMessage());
      }
    }
    return new Listed(summary(rows, unseen), rows, unseen);
  }

  private static Row row(RayCluster cluster) throws InterruptedException {
    RayTarget target = cluster.target();
    Optional<String> dashboard = Optional.empty();
    try {
      dashboard = Optional.of(target.dashboard().address().toString());
      RayVersion.Seen seen = cluster.probe();
      long alive = cluster.state().nodes().stream().filter(RayNode::alive).count();
      return row(target, dashboard, Optional.of(seen), Optional.of((int) alive), Optional.empty());
    } catch (ToolFailure failure) {
      return row(
          target,
          dashboard,
          Optional.empty(),
          Optional.empty(),
          Optional.of(String.valueOf(failure.getMessage())));
    }
  }

  private static Row row(
      RayTarget target,
      Optional<String> dashboard,
      Optional<RayVersion.Seen> seen,
      Optional<Integer> nodes,
      Optional<String> problem) {
    return new Row(
        target.name(),
        target.kind().wireName(),
        target.namespace(),
        problem.isEmpty() ? State.CONNECTED : State.UNREACHABLE,
        dashboard,
        seen.map(RayVersion.Seen::rayVersion),
        seen.map(RayVersion.Seen::sessionName),
        nodes,
        problem,
        target.tokenReference());
  }

  private static String summary(List<Row> rows, List<String> unseen) {
    String more = unseen.isEmpty() ? "" : " Not all could be looked at.";
    if (rows.isEmpty()) {
      return "No Ray cluster is known. " + Clusters.HOW_TO_GET_ONE + more;
    }
    List<String> words =
        rows.stream()
            .map(row -> row.name() + " (" + row.type() + ") is " + wire(row.state()))
            .toList();
    return String.join(", ", words) + "." + more;
  }

  private static String wire(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
