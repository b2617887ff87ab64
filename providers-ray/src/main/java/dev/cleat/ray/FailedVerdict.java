// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.ray.Verdict.Kind.FAILED_ENTRYPOINT;
import static dev.cleat.ray.Verdict.Kind.FAILED_EXCEPTION;
import static dev.cleat.ray.Verdict.Kind.FAILED_NODE_LOST;
import static dev.cleat.ray.Verdict.Kind.FAILED_OOM;
import static dev.cleat.ray.Verdict.Kind.FAILED_RUNTIME_ENV;
import static dev.cleat.ray.Verdict.Kind.FAILED_START;
import static dev.cleat.ray.Verdict.Kind.FAILED_WORKER_CRASHED;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a job failed of. Pure. */
final class FailedVerdict {
  private static final int SHELL_SIGNALS = 128;
  private static final int NOT_FOUND = 127;
  private static final int SIGABRT = 6;
  private static final int SIGKILL = 9;
  private static final int SIGSEGV = 11;

  private final JobFacts facts;
  private final List<String> evidence = new ArrayList<>();

  private FailedVerdict(JobFacts facts) {
    this.facts = facts;
  }

  static Verdict of(JobFacts facts) {
    FailedVerdict judge = new FailedVerdict(facts);
    judge.evidence.add(
        "job: FAILED"
            + facts.job().errorType().map(type -> ", " + type).orElse("")
            + facts.job().exitCode().map(code -> ", exit code " + code).orElse(""));
    return judge.judge().with(facts.failures());
  }

  private Verdict judge() {
    Job job = facts.job();
    String type = job.errorType().orElse("");
    if (type.equals("RUNTIME_ENV_SETUP_FAILURE")) {
      return found(
          FAILED_RUNTIME_ENV,
          "Its runtime environment could not be set up: " + ErrorText.line(job.message()),
          Cause.Kind.RUNTIME_ENV);
    }
    Optional<String> lowMemory =
        Optional.of(job.message())
            .filter(ErrorText::isLowMemory)
            .or(() -> facts.supervisor().flatMap(s -> s.death()).filter(ErrorText::isLowMemory));
    if (lowMemory.isPresent()) {
      return outOfMemory(ErrorText.line(lowMemory.get()));
    }
    if (facts.lostNode().isPresent()) {
      RayNode node = facts.lostNode().get();
      evidence.add(
          "node "
              + Wording.cut(node.id(), 12)
              + ": DEAD"
              + node.stateMessage().map(m -> ", " + Wording.oneLine(m, 200)).orElse(""));
      return found(FAILED_NODE_LOST, "The node that it ran on is gone.", Cause.Kind.NODE_DIED);
    }
    return type.startsWith("JOB_SUPERVISOR") ? supervisor(type) : entrypoint();
  }

  private Verdict supervisor(String type) {
    String said = ErrorText.line(facts.job().message());
    if (type.contains("START") || type.contains("UNSCHEDULABLE")) {
      Optional<String> infeasible =
          facts.supervisor().flatMap(s -> s.need().infeasibleOn(facts.nodes()));
      infeasible.ifPresent(why -> evidence.add("nodes: " + why));
      if (infeasible.isEmpty()
          && type.contains("TIMEOUT")
          && PendingVerdict.installs(facts.job())) {
        return found(
            FAILED_RUNTIME_ENV,
            "Its runtime environment was not set up in time: " + said,
            Cause.Kind.RUNTIME_ENV);
      }
      return new Verdict(
          FAILED_START,
          "It never started: " + infeasible.orElse(said),
          evidence,
          infeasible.isPresent()
              ? "Add such a node, or submit it with smaller resources."
              : "Correct what the message names, and submit it again.");
    }
    if (Cause.of(said).kind() == Cause.Kind.NODE_DIED) {
      return found(FAILED_NODE_LOST, "Its node went away: " + said, Cause.Kind.NODE_DIED);
    }
    if (said.contains("ray.kill")) {
      return new Verdict(
          FAILED_START, "Its supervisor was ended by somebody: " + said, evidence, "");
    }
    return found(
        FAILED_WORKER_CRASHED,
        "The process that watches the job ended: " + said,
        Cause.Kind.WORKER_CRASHED);
  }

  private Verdict entrypoint() {
    Optional<String> error = facts.error();
    if (error.isEmpty()) {
      return exitCode();
    }
    evidence.add("log: " + error.get());
    Cause cause = Cause.of(error.get());
    return switch (cause.kind()) {
      case OUT_OF_MEMORY -> outOfMemory(error.get());
      case GPU_OUT_OF_MEMORY ->
          found(FAILED_OOM, "A GPU's memory was full: " + error.get(), cause.kind());
      case NODE_DIED ->
          found(FAILED_NODE_LOST, "A node that it used went away: " + error.get(), cause.kind());
      case RUNTIME_ENV ->
          found(
              FAILED_RUNTIME_ENV,
              "A runtime environment could not be set up: " + error.get(),
              cause.kind());
      case ACTOR_DIED, WORKER_CRASHED, OBJECT_LOST -> process(error.get(), cause.kind());
      case MISSING_COMMAND, KILLED ->
          found(FAILED_ENTRYPOINT, "Its command failed: " + error.get(), cause.kind());
      default -> found(FAILED_EXCEPTION, "Its code raised " + error.get(), cause.kind());
    };
  }

  // The driver saw only that a process ended; the process's end tells more.
  private Verdict process(String error, Cause.Kind kind) {
    List<String> failures = facts.failures();
    Optional<String> memory = failures.stream().filter(ErrorText::isLowMemory).findFirst();
    if (memory.isPresent()) {
      return outOfMemory(memory.get());
    }
    Optional<String> raised =
        failures.stream()
            .filter(line -> line.startsWith("actor ") && !line.contains("worker process"))
            .filter(
                line ->
                    Cause.of(line.substring(line.indexOf(": ") + 2)).kind()
                        == Cause.Kind.USER_ERROR)
            .findFirst();
    if (raised.isPresent()) {
      return found(FAILED_EXCEPTION, "An " + raised.get(), Cause.Kind.USER_ERROR);
    }
    String who = failures.isEmpty() ? "" : " (" + failures.get(0) + ")";
    return found(FAILED_WORKER_CRASHED, "A process of it crashed: " + error + who, kind);
  }

  private Verdict exitCode() {
    Optional<Integer> code = facts.job().exitCode();
    if (code.isEmpty()) {
      return new Verdict(
          FAILED_ENTRYPOINT,
          "It failed: " + ErrorText.line(facts.job().message()),
          evidence,
          "Read its log: retrieve_logs.");
    }
    int signal = code.get() < 0 ? -code.get() : code.get() - SHELL_SIGNALS;
    if (code.get() == NOT_FOUND) {
      return found(
          FAILED_ENTRYPOINT,
          "Its command was not found (exit code 127).",
          Cause.Kind.MISSING_COMMAND);
    }
    if (signal == SIGKILL) {
      return found(
          FAILED_ENTRYPOINT,
          "Its command was killed (exit code " + code.get() + ").",
          Cause.Kind.KILLED);
    }
    if (signal == SIGSEGV || signal == SIGABRT) {
      return found(
          FAILED_ENTRYPOINT,
          "Its command crashed in native code (exit code " + code.get() + ").",
          Cause.Kind.WORKER_CRASHED);
    }
    return new Verdict(
        FAILED_ENTRYPOINT,
        "Its command ended with exit code " + code.get() + ", and its log names no error.",
        evidence,
        "Read the end of its log: retrieve_logs.");
  }

  private Verdict outOfMemory(String what) {
    return found(FAILED_OOM, "Memory ran out: " + what, Cause.Kind.OUT_OF_MEMORY);
  }

  private Verdict found(Verdict.Kind kind, String sentence, Cause.Kind cause) {
    return new Verdict(kind, sentence, evidence, cause.hint());
  }
}
