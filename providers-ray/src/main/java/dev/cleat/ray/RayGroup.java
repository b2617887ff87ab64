// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A placement group as Ray tells of it.
 *
 * @param state CREATED, PENDING, REMOVED, RESCHEDULING, or what a later Ray adds
 * @param scheduling how far Ray has got with placing it: INFEASIBLE, QUEUED, FINISHED, ...
 * @param jobId Ray's own id of the job that created it
 */
record RayGroup(
    String id,
    Optional<String> name,
    String state,
    String scheduling,
    Optional<String> jobId,
    List<Bundle> bundles) {
  /** Resources that are reserved together, on one node. */
  record Bundle(Need need, Optional<String> nodeId) {}

  static RayGroup of(JsonNode row) {
    List<Bundle> bundles = new ArrayList<>();
    for (JsonNode bundle : row.path("bundles")) {
      bundles.add(
          new Bundle(
              new Need(
                  RayJson.numbers(bundle.path("unit_resources")),
                  RayJson.texts(bundle.path("label_selector"))),
              RayJson.text(bundle, "node_id")));
    }
    return new RayGroup(
        RayJson.text(row, "placement_group_id").orElse("unknown"),
        RayJson.text(row, "name"),
        RayJson.text(row, "state").orElse("UNKNOWN"),
        RayJson.text(row.path("stats"), "scheduling_state").orElse("UNKNOWN"),
        RayJson.text(row, "creator_job_id"),
        List.copyOf(bundles));
  }

  /** It is wanted, and not there. */
  boolean waits() {
    return !state.equals("CREATED") && !state.equals("REMOVED");
  }

  String title() {
    return "placement group "
        + name.map(given -> "\"" + Wording.oneLine(given, 80) + "\"").orElse(Wording.cut(id, 12));
  }

  /** Why it will not be placed on these nodes; empty when it may, or is. */
  Optional<String> infeasibleOn(List<RayNode> nodes) {
    if (!waits()) {
      return Optional.empty();
    }
    for (Bundle bundle : bundles) {
      Optional<String> why = bundle.need().infeasibleOn(nodes);
      if (why.isPresent()) {
        return why;
      }
    }
    return scheduling.equals("INFEASIBLE")
        ? Optional.of("Its bundles do not fit onto the nodes together.")
        : Optional.empty();
  }
}
