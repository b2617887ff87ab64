// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.ray.Verdict.Kind.HEALTHY;
import static dev.cleat.ray.Verdict.Kind.LONG_TASK;
import static dev.cleat.ray.Verdict.Kind.RUNNING_WITH_FAILURES;
import static dev.cleat.ray.Verdict.Kind.STUCK_INFEASIBLE;
import static dev.cleat.ray.Verdict.Kind.UNKNOWN;
import static dev.cleat.ray.Verdict.Kind.WAITING_BUSY;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a job that runs gets on. Pure. */
final class RunningVerdict {
  private RunningVerdict() {}

  static Verdict of(JobFacts facts) {
    Map<String, String> stuck = new LinkedHashMap<>();
    Map<String, String> waiting = new LinkedHashMap<>();
    if (!facts.nodes().isEmpty()) {
      waits(facts, stuck, waiting);
    }
    List<String> failures = facts.failures();
    if (!stuck.isEmpty()) {
      String first = stuck.entrySet().iterator().next().getValue();
      return new Verdict(
              STUCK_INFEASIBLE,
              "It runs, but "
                  + Wording.count(stuck.size(), "part")
                  + " of it can never start: "
                  + first,
              List.copyOf(stuck.values()),
              "Add a node that has what is wanted, or cancel the job and ask for less in the code"
                  + " (num_cpus, num_gpus, resources, bundles). What waits for these parts hangs.")
          .with(List.of(PendingVerdict.nodes(facts.nodes())))
          .with(failures);
    }
    if (!failures.isEmpty()) {
      return new Verdict(
          RUNNING_WITH_FAILURES,
          "It runs, and something in it has failed: " + failures.get(0),
          failures,
          nextAfter(failures));
    }
    if (!waiting.isEmpty()) {
      String first = waiting.entrySet().iterator().next().getValue();
      List<String> evidence = new ArrayList<>(waiting.values());
      facts.load().ifPresent(load -> evidence.add(0, "load: " + PendingVerdict.used(load)));
      return new Verdict(
          WAITING_BUSY,
          "It runs, and waits for what others use: " + first,
          evidence,
          "Wait, run less at once, or add a node (scale_ray_cluster).");
    }
    if (!facts.unseen().isEmpty()) {
      return new Verdict(
          UNKNOWN,
          "It runs; whether all is well could not be seen.",
          List.of(),
          "See unseen, and look again.");
    }
    return longTask(facts).orElseGet(() -> healthy(facts));
  }

  private static void waits(
      JobFacts facts, Map<String, String> stuck, Map<String, String> waiting) {
    List<RayNode> nodes = facts.nodes();
    for (RayTask task : facts.waiting()) {
      // An actor's creation is told of by the actor, and what is in a group by the group.
      if (task.createsActor() || task.groupId().isPresent()) {
        continue;
      }
      note(
          "task " + task.name(),
          task.need(),
          task.need().infeasibleOn(nodes),
          facts,
          stuck,
          waiting);
    }
    for (RayActor actor : facts.actors()) {
      if (actor.waits() && actor.groupId().isEmpty()) {
        note(
            "actor " + actor.title(),
            actor.need(),
            actor.need().infeasibleOn(nodes),
            facts,
            stuck,
            waiting);
      }
    }
    for (RayGroup group : facts.groups()) {
      if (group.waits()) {
        Need all = group.bundles().isEmpty() ? Need.NOTHING : group.bundles().get(0).need();
        note(group.title(), all, group.infeasibleOn(nodes), facts, stuck, waiting);
      }
    }
  }

  private static void note(
      String what,
      Need need,
      Optional<String> infeasible,
      JobFacts facts,
      Map<String, String> stuck,
      Map<String, String> waiting) {
    String needs = need.isNothing() ? "" : " needs " + need.text();
    if (infeasible.isPresent()) {
      stuck.putIfAbsent(what, what + needs + ". " + infeasible.get());
    } else if (facts.load().map(load -> !need.fitsNow(facts.nodes(), load)).orElse(false)) {
      waiting.putIfAbsent(what, what + needs + ", of which not enough is free.");
    }
  }

  private static Optional<Verdict> longTask(JobFacts facts) {
    return facts.running().stream()
        .filter(task -> ageOf(task, facts).compareTo(StateBounds.LONG_TASK) > 0)
        .max(Comparator.comparing(task -> ageOf(task, facts)))
        .map(
            task ->
                new Verdict(
                    LONG_TASK,
                    "It runs. Its task "
                        + task.name()
                        + " has run for "
                        + Wording.span(ageOf(task, facts))
                        + ", which may be right, or hang.",
                    List.of(running(facts)),
                    "See what it does: dump_ray_stacks with task_id " + task.id() + "."));
  }

  private static Verdict healthy(JobFacts facts) {
    return new Verdict(
        HEALTHY,
        "It runs, and nothing was seen that is wrong with it.",
        List.of(running(facts)),
        "");
  }

  private static String running(JobFacts facts) {
    int running = facts.running().size();
    return "tasks: "
        + (running == StateBounds.ROWS ? "at least " : "")
        + running
        + " running; of tasks, actors and placement groups nothing failed and nothing waits";
  }

  private static Duration ageOf(RayTask task, JobFacts facts) {
    return task.since().map(since -> Duration.between(since, facts.now())).orElse(Duration.ZERO);
  }

  private static String nextAfter(List<String> failures) {
    String hint = Cause.of(failures.get(0)).kind().hint();
    return ("The job goes on if its code catches or retries this. " + hint).strip();
  }
}
