// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is wrong in a cluster, worst first. Pure.
 *
 * @param ofJob whether only one job is looked at: then what others wait for does not count
 */
record StateProblems(List<RayNode> nodes, Optional<Load> load, boolean ofJob) {
  private static final double FULL = 0.9;

  List<String> of(List<StateCounts.Row> tasks, List<RayActor> dead, List<RayGroup> groups) {
    List<String> problems = new ArrayList<>();
    for (RayNode node : nodes) {
      if (!node.alive() && !node.leftAsAsked()) {
        problems.add(
            "Node "
                + Wording.cut(node.id(), 12)
                + " is dead"
                + node.stateMessage().map(why -> ": " + Wording.oneLine(why, 200)).orElse("")
                + ".");
      }
    }
    if (!ofJob) {
      load.ifPresent(seen -> seen.demands().forEach(demand -> infeasible(demand, problems)));
    }
    for (RayGroup group : groups) {
      group
          .infeasibleOn(nodes)
          .ifPresent(why -> problems.add("The " + group.title() + " can never be placed. " + why));
    }
    Map<String, Integer> deaths = new TreeMap<>();
    for (RayActor actor : dead) {
      if (actor.failed()) {
        deaths.merge(actor.className() + " died: " + JobFacts.deathOf(actor), 1, Integer::sum);
      }
    }
    deaths.forEach(
        (what, count) ->
            problems.add(
                Redaction.GENERAL.text(
                    Wording.count(count, "actor") + " of class " + Wording.oneLine(what, 400))));
    for (StateCounts.Row row : tasks) {
      if (row.in(RayTask.FAILED) > 0) {
        problems.add(
            row.in(RayTask.FAILED)
                + " of "
                + Wording.count(row.all(), "task")
                + " "
                + row.name()
                + " failed (list_ray_tasks tells why).");
      }
    }
    load.ifPresent(seen -> full(seen, problems));
    return problems.size() <= StateBounds.EVIDENCE
        ? problems
        : problems.subList(0, StateBounds.EVIDENCE);
  }

  private void infeasible(StateApi.Demand demand, List<String> problems) {
    if (!nodes.isEmpty()) {
      Diagnosis.infeasible(demand.wants(), nodes)
          .ifPresent(
              why ->
                  problems.add(
                      demand.count()
                          + " waiting for "
                          + Diagnosis.wants(demand.wants())
                          + " can never start. "
                          + why));
    }
  }

  private static void full(Load load, List<String> problems) {
    Load.Amount store = load.usage().get("object_store_memory");
    if (store != null && store.total() > 0 && store.used() > FULL * store.total()) {
      problems.add(
          "The object store is "
              + Math.round(100 * store.used() / store.total())
              + " % full: objects are spilled to disk.");
    }
  }
}
