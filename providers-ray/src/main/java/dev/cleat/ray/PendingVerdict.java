// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.ray.Verdict.Kind.PENDING_BUSY;
import static dev.cleat.ray.Verdict.Kind.PENDING_INFEASIBLE;
import static dev.cleat.ray.Verdict.Kind.PENDING_RUNTIME_ENV;
import static dev.cleat.ray.Verdict.Kind.PENDING_UNKNOWN;
import static dev.cleat.ray.Verdict.Kind.STARTING;
import static dev.cleat.ray.Verdict.Kind.UNKNOWN;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why a job has not started. Pure. */
final class PendingVerdict {
  private static final String NODES_BUSY_HINT =
      "Wait, cancel what uses them (list_ray_jobs, list_ray_actors), or add a node"
          + " (scale_ray_cluster).";

  private PendingVerdict() {}

  static Verdict of(JobFacts facts) {
    List<String> evidence = new ArrayList<>();
    if (facts.supervisor().isEmpty()) {
      return facts.unseen().isEmpty()
          ? new Verdict(
              PENDING_UNKNOWN,
              "Ray has not begun to start it: it has no supervisor actor yet.",
              evidence,
              "Look again in a few seconds.")
          : new Verdict(UNKNOWN, "It is pending; why could not be seen.", evidence, "Look again.");
    }
    StateApi.Supervisor supervisor = facts.supervisor().get();
    Need need = supervisor.need();
    evidence.add(
        "supervisor actor: "
            + supervisor.state()
            + (need.isNothing() ? "" : ", needs " + need.text()));
    if (supervisor.state().equals(RayActor.ALIVE)) {
      return new Verdict(STARTING, "It is being started now.", evidence, "Look again in seconds.");
    }
    if (facts.nodes().isEmpty()) {
      return new Verdict(
          UNKNOWN, "It is pending; the nodes could not be seen.", evidence, "Look again.");
    }
    evidence.add(nodes(facts.nodes()));
    Optional<String> infeasible = need.infeasibleOn(facts.nodes());
    if (infeasible.isPresent()) {
      return infeasible(need, infeasible.get(), evidence);
    }
    if (facts.load().isEmpty()) {
      return new Verdict(
          UNKNOWN,
          "A node could start it; whether others leave room could not be seen.",
          evidence,
          "Look again.");
    }
    if (!need.fitsNow(facts.nodes(), facts.load().get())) {
      evidence.add("load: " + used(facts.load().get()));
      return new Verdict(
          PENDING_BUSY,
          "It needs " + need.text() + ", which a node has, but others use it now.",
          evidence,
          NODES_BUSY_HINT);
    }
    return elsewise(facts, evidence);
  }

  private static Verdict infeasible(Need need, String why, List<String> evidence) {
    String otherwise =
        need.resources().isEmpty()
            ? "submit it without that label selector"
            : "submit it with smaller entrypoint_num_cpus, entrypoint_num_gpus, entrypoint_memory"
                + " or entrypoint_resources";
    return new Verdict(
        PENDING_INFEASIBLE,
        "It needs " + need.text() + ", and no node can give that: " + why,
        evidence,
        "Add such a node, or cancel it and " + otherwise + ".");
  }

  private static Verdict elsewise(JobFacts facts, List<String> evidence) {
    if (installs(facts.job())) {
      evidence.add("job: its runtime_env has something to set up");
      return new Verdict(
          PENDING_RUNTIME_ENV,
          "A node has room for it: its runtime environment is being set up.",
          evidence,
          "Wait; if it takes long, see the log runtime_env_setup-"
              + facts.job().rayId().orElse("01000000")
              + ".log on the node (retrieve_logs, log_type system).");
    }
    return new Verdict(
        PENDING_UNKNOWN,
        "A node has room for it, and it has not started yet.",
        evidence,
        "Look again in a few seconds: what is used is known seconds late.");
  }

  // Variables and settings need no time, packages and files do.
  static boolean installs(Job job) {
    return job.runtimeEnv().keySet().stream()
        .anyMatch(
            key ->
                List.of("pip", "uv", "conda", "working_dir", "py_modules", "container", "image_uri")
                    .contains(key));
  }

  static String nodes(List<RayNode> nodes) {
    List<String> each = new ArrayList<>();
    for (RayNode node : nodes) {
      if (node.alive() && each.size() < 4) {
        each.add(node.titled());
      }
    }
    long alive = nodes.stream().filter(RayNode::alive).count();
    return "nodes: "
        + Wording.count(alive, "node")
        + " alive"
        + (each.isEmpty() ? "" : " (" + String.join("; ", each) + (alive > 4 ? "; …" : "") + ")");
  }

  static String used(Load load) {
    List<String> words = new ArrayList<>();
    load.usage()
        .forEach(
            (resource, amount) -> {
              if (!resource.endsWith("memory")) {
                words.add(
                    resource
                        + " "
                        + Diagnosis.number(amount.used())
                        + " of "
                        + Diagnosis.number(amount.total())
                        + " used");
              }
            });
    return String.join(", ", words);
  }
}
