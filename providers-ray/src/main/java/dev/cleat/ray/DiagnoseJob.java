// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.util.List;
import java.util.Optional;

/** {@code diagnose_ray_job}: one verdict, with what it rests on. */
final class DiagnoseJob {
  record Query(
      @Unwrapped JobTarget on,
      @Doc("The id of the job, as list_ray_jobs shows it, or Ray's own.") String jobId) {}

  record Diagnosed(
      String summary,
      @Doc("What is the matter, in a sentence.") String verdict,
      @Doc("The same as a word to decide by.") Verdict.Kind kind,
      @Doc("What the verdict rests on, each with where it was seen.") List<String> evidence,
      @Doc("What to do.") Optional<String> nextStep,
      @Doc("What could not be looked at: it may be wrong, too.") Optional<List<String>> unseen,
      String jobId,
      String status,
      RayCluster.About cluster) {}

  private final RayCluster cluster;

  private DiagnoseJob(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("diagnose_ray_job")
        .title("Diagnose a Ray job")
        .says(
            "Use this first when a Ray job does not start, hangs, or failed: it joins the job, its"
                + " tasks, actors and placement groups, the nodes, what waits for resources, the"
                + " ends of processes, and the log, and gives one verdict with evidence and the"
                + " next step.")
        .readOnly()
        .handles(
            Query.class,
            Diagnosed.class,
            (query, call) -> new DiagnoseJob(clusters.find(query.on())).diagnose(query));
  }

  private Diagnosed diagnose(Query query) throws InterruptedException {
    JobId.require(query.jobId());
    RayCluster.About about = cluster.about();
    Job job = cluster.jobs().get(query.jobId());
    Redaction redaction = Redaction.of(job);
    JobFacts facts = new JobLook(cluster).at(job);
    Verdict verdict = judge(facts);
    String sentence = redaction.text(verdict.sentence());
    return new Diagnosed(
        "Job " + job.id() + " is " + job.status() + ". " + sentence,
        sentence,
        verdict.kind(),
        verdict.evidence().stream().map(redaction::text).toList(),
        Optional.of(verdict.nextStep()).filter(step -> !step.isEmpty()).map(redaction::text),
        facts.unseen().isEmpty() ? Optional.empty() : Optional.of(facts.unseen()),
        job.id(),
        job.status(),
        about);
  }

  /** The verdict over what was seen. */
  static Verdict judge(JobFacts facts) {
    return switch (facts.job().status()) {
      case Job.PENDING -> PendingVerdict.of(facts);
      case Job.RUNNING -> RunningVerdict.of(facts);
      case Job.FAILED -> FailedVerdict.of(facts);
      case Job.SUCCEEDED ->
          new Verdict(
              Verdict.Kind.SUCCEEDED,
              facts.failed().isEmpty()
                  ? "It succeeded."
                  : "It succeeded, although "
                      + Wording.count(facts.failed().size(), "attempt")
                      + " at its tasks failed.",
              facts.failures(),
              "");
      case Job.STOPPED ->
          new Verdict(
              Verdict.Kind.STOPPED,
              "It was stopped by somebody: that is no failure of its own.",
              List.of(),
              "");
      default ->
          new Verdict(
              Verdict.Kind.UNKNOWN,
              "Its state is " + Wording.oneLine(facts.job().status(), 80) + ", unknown here.",
              facts.failures(),
              "");
    };
  }
}
