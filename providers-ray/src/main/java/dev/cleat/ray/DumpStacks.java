// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Name;
import dev.cleat.Pattern;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code dump_ray_stacks}: where processes are in their code. */
final class DumpStacks {
  record Query(
      @Unwrapped Target on,
      @Doc("A task that runs.") @Pattern("[0-9a-f]{48}") Optional<String> taskId,
      @Doc("An actor that lives.") @Pattern("[0-9a-f]{32}") Optional<String> actorId,
      @Doc("A job, as list_ray_jobs shows it: its driver, running tasks and actors.")
          @Range(min = 1, max = 128)
          Optional<String> jobId,
      @Doc("A process, by its number.") @Range(min = 1, max = Integer.MAX_VALUE)
          Optional<Integer> pid,
      @Doc("The node of pid; may be left out when there is only one.") @Pattern("[0-9a-f]{56}")
          Optional<String> nodeId,
      @Name("native") @Doc("Also frames of native code; slower.") @Default("false")
          boolean nativeFrames) {}

  /** The stacks of one process. */
  record Stack(
      String what,
      int pid,
      String nodeId,
      @Doc("All threads, the innermost frame of each first.") Optional<String> stack,
      @Doc("Why there is none.") Optional<String> failure) {}

  record Stacks(
      String summary,
      List<Stack> stacks,
      @Doc("Whether there are more processes than these.") boolean truncated,
      RayCluster.About cluster) {}

  private final RayCluster cluster;

  private DumpStacks(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("dump_ray_stacks")
        .title("Dump stacks of Ray processes")
        .says(
            "Use this to see where a task, an actor or a job hangs: the Python stacks of its"
                + " processes, at most "
                + StateBounds.STACKS
                + " of them, each stopped for moments. Give exactly one of task_id, actor_id,"
                + " job_id and pid.")
        .readOnly()
        .handles(
            Query.class,
            Stacks.class,
            (query, call) -> new DumpStacks(clusters.find(query.on())).dump(query));
  }

  private Stacks dump(Query query) throws InterruptedException {
    int given = 0;
    for (Optional<?> one : List.of(query.taskId(), query.actorId(), query.jobId(), query.pid())) {
      given += one.isPresent() ? 1 : 0;
    }
    if (given != 1) {
      throw ToolFailure.invalidArgument(
          given == 0 ? "It is not said whose stacks are wanted." : "More than one is wanted.",
          "Give exactly one of task_id, actor_id, job_id and pid.");
    }
    RayCluster.About about = cluster.about();
    cluster.state().stacks().requireAllowed();
    List<StackTargets.Traced> all = new StackTargets(cluster.state(), cluster).of(query);
    List<StackTargets.Traced> chosen = all.subList(0, Math.min(all.size(), StateBounds.STACKS));
    List<Stack> stacks = new ArrayList<>();
    for (StackTargets.Traced process : chosen) {
      stacks.add(dump(process, query.nativeFrames(), chosen.size() == 1));
    }
    return new Stacks(
        summary(stacks, all.size()), List.copyOf(stacks), all.size() > chosen.size(), about);
  }

  private Stack dump(StackTargets.Traced process, boolean nativeFrames, boolean only)
      throws InterruptedException {
    try {
      String text =
          cluster.state().stacks().ofProcess(process.nodeId(), process.pid(), nativeFrames);
      return stack(process, Optional.of(shown(text)), Optional.empty());
    } catch (ToolFailure failure) {
      if (only) {
        throw failure;
      }
      return stack(process, Optional.empty(), Optional.ofNullable(failure.getMessage()));
    }
  }

  private static Stack stack(
      StackTargets.Traced process, Optional<String> stack, Optional<String> failure) {
    return new Stack(process.what(), process.pid(), process.nodeId(), stack, failure);
  }

  private static String shown(String text) {
    StringBuilder plain = new StringBuilder();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      if (plain.length() + line.length() > StateBounds.STACK_CHARS) {
        return plain + "… cut: there are more frames\n";
      }
      plain.append(AnsiText.plain(line)).append('\n');
    }
    return plain.toString();
  }

  private static String summary(List<Stack> stacks, int all) {
    List<String> each = new ArrayList<>();
    for (Stack stack : stacks) {
      each.add(
          stack.what()
              + stack
                  .stack()
                  .flatMap(DumpStacks::innermost)
                  .map(frame -> " is in " + frame)
                  .orElse(stack.failure().isPresent() ? " could not be looked into" : ""));
    }
    return String.join("; ", each)
        + "."
        + (all > stacks.size() ? " " + (all - stacks.size()) + " more processes left out." : "");
  }

  // The frame right below the line of the main thread.
  private static Optional<String> innermost(String stack) {
    List<String> lines = stack.lines().toList();
    for (int i = 0; i + 1 < lines.size(); i++) {
      if (lines.get(i).contains("\"MainThread\"")) {
        return Optional.of(Wording.oneLine(lines.get(i + 1), 120));
      }
    }
    return Optional.empty();
  }
}
