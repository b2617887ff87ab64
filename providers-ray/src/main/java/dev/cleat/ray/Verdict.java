// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.ArrayList;
import java.util.List;

/**
 * What is the matter with a job.
 *
 * @param sentence the same for people
 * @param evidence what it rests on, each with where it was seen
 * @param nextStep what to do; empty when there is nothing to do
 */
record Verdict(Kind kind, String sentence, List<String> evidence, String nextStep) {
  /** What can be the matter. */
  enum Kind {
    /** It runs, and nothing was seen that is wrong. */
    HEALTHY,
    SUCCEEDED,
    STOPPED,
    /** It is about to run. */
    STARTING,
    /** No node can ever start it. */
    PENDING_INFEASIBLE,
    /** A node can start it once others leave room. */
    PENDING_BUSY,
    PENDING_RUNTIME_ENV,
    PENDING_UNKNOWN,
    /** It runs, and waits for ever for what no node has. */
    STUCK_INFEASIBLE,
    /** It runs, and waits for what others use. */
    WAITING_BUSY,
    /** It runs, and some of its tasks or actors failed. */
    RUNNING_WITH_FAILURES,
    /** It runs, and a task has run for very long; whether it hangs, its stack tells. */
    LONG_TASK,
    /** Its command could not be run, was killed, or ended with an exit code and no more. */
    FAILED_ENTRYPOINT,
    FAILED_EXCEPTION,
    FAILED_OOM,
    FAILED_WORKER_CRASHED,
    FAILED_NODE_LOST,
    FAILED_RUNTIME_ENV,
    /** It failed before it ran. */
    FAILED_START,
    /** Too much was out of sight for a verdict. */
    UNKNOWN
  }

  Verdict {
    evidence = List.copyOf(evidence);
  }

  /** The same with more evidence at its end, within the bound. */
  Verdict with(List<String> more) {
    List<String> all = new ArrayList<>(evidence);
    more.stream().filter(line -> !evidence.contains(line)).forEach(all::add);
    return new Verdict(
        kind, sentence, all.subList(0, Math.min(all.size(), StateBounds.EVIDENCE)), nextStep);
  }
}
