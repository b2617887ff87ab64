// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code list_ray_placement_groups}: those that wait first, each with why. */
final class ListGroups {
  record Query(
      @Unwrapped Target on,
      @Doc("Only in this state: CREATED, PENDING, REMOVED, RESCHEDULING.") @Pattern("[A-Z_]{1,60}")
          Optional<String> state,
      @Doc("Only the one with this name.") @Range(min = 1, max = 300) Optional<String> name,
      @Doc("Only of this job: as list_ray_jobs shows it, or Ray's own id.")
          @Range(min = 1, max = 128)
          Optional<String> jobId,
      @Default("50") @Range(min = 1, max = StateBounds.ROWS) int limit) {}

  /** One of the list. */
  record Row(
      String placementGroupId,
      Optional<String> name,
      @Doc("As Ray has it.") String state,
      @Doc("How far Ray has got with placing it.") String schedulingState,
      @Doc("Why it is not placed.") Optional<String> waitsFor,
      @Doc("What it reserves, and on which node.") List<String> bundles,
      Optional<String> jobId) {}

  record Groups(
      String summary,
      List<Row> placementGroups,
      @Doc("Whether there are more than these.") boolean truncated,
      @Doc("What could not be looked at.") Optional<List<String>> unseen,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private ListGroups(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("list_ray_placement_groups")
        .title("List Ray placement groups")
        .says(
            "Use this to see the placement groups of a Ray cluster: what they reserve on which"
                + " nodes, and why those that wait are not placed.")
        .readOnly()
        .handles(
            Query.class,
            Groups.class,
            (query, call) -> new ListGroups(clusters.find(query.on())).list(query));
  }

  private Groups list(Query query) throws InterruptedException {
    RayCluster.About about = cluster.about();
    StateQuery filter =
        StateQuery.first(StateBounds.SMALL_ROWS)
            .where("state", query.state())
            .where("name", query.name())
            .where("creator_job_id", RayJobId.of(cluster, query.jobId()));
    StateTable<RayGroup> all = cluster.state().groups(filter);
    List<RayGroup> sorted = new ArrayList<>(all.rows());
    sorted.sort(Comparator.comparingInt(ListGroups::rank));
    boolean anyWaits = sorted.stream().anyMatch(RayGroup::waits);
    List<RayNode> nodes =
        anyWaits ? looks.at("nodes", List.of(), () -> cluster.state().nodes()) : List.of();
    StateTable<RayGroup> shown =
        new StateTable<>(List.copyOf(sorted), all.fitting(), all.warning()).atMost(query.limit());
    shown.warning().ifPresent(looks::miss);
    return new Groups(
        summary(sorted, shown),
        shown.rows().stream().map(group -> row(group, nodes)).toList(),
        shown.cut(),
        looks.told(),
        about);
  }

  private static int rank(RayGroup group) {
    if (group.waits()) {
      return 0;
    }
    return group.state().equals("REMOVED") ? 2 : 1;
  }

  private static String summary(List<RayGroup> all, StateTable<RayGroup> shown) {
    if (all.isEmpty()) {
      return "No such placement groups.";
    }
    Map<String, Integer> counts = new TreeMap<>();
    all.forEach(group -> counts.merge(group.state(), 1, Integer::sum));
    return StateCounts.words(counts) + "; " + shown.rows().size() + " shown.";
  }

  private static Row row(RayGroup group, List<RayNode> nodes) {
    Optional<String> waitsFor = Optional.empty();
    if (group.waits()) {
      waitsFor = nodes.isEmpty() ? Optional.of("unknown") : group.infeasibleOn(nodes);
      waitsFor = waitsFor.or(() -> Optional.of("resources that others use"));
    }
    return new Row(
        group.id(),
        group.name().map(name -> Wording.oneLine(name, 200)),
        group.state(),
        group.scheduling(),
        waitsFor,
        bundles(group),
        group.jobId());
  }

  // Hundreds of the same are usual.
  private static List<String> bundles(RayGroup group) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (RayGroup.Bundle bundle : group.bundles()) {
      String where = bundle.nodeId().map(node -> " on node " + Wording.cut(node, 12)).orElse("");
      counts.merge(bundle.need().text() + where, 1, Integer::sum);
    }
    List<String> lines = new ArrayList<>();
    counts.forEach((bundle, count) -> lines.add(count == 1 ? bundle : count + " x " + bundle));
    return StateBounds.listed(lines);
  }
}
