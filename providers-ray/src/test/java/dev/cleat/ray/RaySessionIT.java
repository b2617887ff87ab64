// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session from the first cluster to the last one stopped, by the tools alone, on a real Ray. */
class RaySessionIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private OpenTools tools;

  @BeforeEach
  void open() throws Exception {
    tools =
        OpenTools.with(
            Map.of(
                "rayCommand",
                RealRay.command().toString(),
                "stateDirectory",
                directory.resolve("state").toString(),
                "workingDirRoots",
                List.of(directory.toString())));
  }

  @AfterEach
  void close() {
    tools.close();
  }

  @Test
  void fromInitToStop() throws Exception {
    tools.failure(UNAVAILABLE, "list_ray_jobs", Map.of());
    Map<String, Object> started =
        tools.answer(
            "init_ray_cluster",
            Map.of("cluster_name", "dev", "num_cpus", 2, "worker_nodes", List.of()));
    assertThat(started.get("summary").toString()).startsWith("Started dev: Ray 2.");
    assertThat(tools.progress()).anyMatch(said -> said.contains("starting the head"));
    assertThat(Files.readString(Path.of(started.get("token_file").toString()))).isNotBlank();
    assertThat(started.toString())
        .doesNotContain(Files.readString(Path.of(started.get("token_file").toString())).strip());
    tools.failure(CONFLICT, "init_ray_cluster", Map.of("cluster_name", "dev"));

    codeOfThisMachineRuns();
    aJobThatCanNeverStartIsExplainedAndCancelled();
    aSecondClusterIsIndependent();

    tools.answer("submit_ray_job", Map.of("entrypoint", "sleep 600", "job_id", "sleeper"));
    Eventually.see(
        SOON,
        () -> tools.answer("inspect_ray_job", Map.of("job_id", "sleeper")),
        job -> "running".equals(job.get("status")));
    Map<String, Object> end = tools.answer("stop_ray_cluster", Map.of());
    assertThat(end).containsEntry("all_gone", true);
    assertThat(end.get("interrupted").toString()).contains("job sleeper is running");
    assertThat(tools.questions()).last().asString().contains("job sleeper");
    assertThat(tools.answer("list_ray_clusters", Map.of())).containsEntry("clusters", List.of());
  }

  private void codeOfThisMachineRuns() throws Exception {
    Path code = Files.createDirectories(directory.resolve("code"));
    Files.writeString(code.resolve("hello.py"), "print('hello from here', flush=True)\n");
    tools.answer(
        "submit_ray_job",
        Map.of("entrypoint", "python hello.py", "job_id", "hello", "working_dir", code.toString()));

    Map<String, Object> followed =
        tools.answer("follow_ray_job", Map.of("job_id", "hello", "wait_seconds", 60));

    assertThat(followed).containsEntry("status", "succeeded").containsEntry("ended", true);
    assertThat(followed.get("workload_output").toString()).contains("hello from here");
    assertThat(tools.answer("delete_ray_job", Map.of("job_id", "hello")).get("summary").toString())
        .contains("hello");
  }

  private void aJobThatCanNeverStartIsExplainedAndCancelled() throws Exception {
    tools.answer(
        "submit_ray_job",
        Map.of("entrypoint", "nvidia-smi", "job_id", "gpu", "entrypoint_num_gpus", 1));
    assertThat(
            Eventually.see(
                    SOON,
                    () -> tools.answer("diagnose_ray_job", Map.of("job_id", "gpu")),
                    seen -> "pending_infeasible".equals(seen.get("kind")))
                .get("verdict")
                .toString())
        .contains("needs GPU 1");

    Map<String, Object> cancelled = tools.answer("cancel_ray_job", Map.of("job_id", "gpu"));

    assertThat(cancelled)
        .containsEntry("outcome", "ended_before_start")
        .containsEntry("status", "failed");
  }

  private void aSecondClusterIsIndependent() throws Exception {
    tools.answer("init_ray_cluster", Map.of("cluster_name", "other", "worker_nodes", List.of()));
    assertThat(tools.failure(INVALID_ARGUMENT, "list_ray_jobs", Map.of()).hint())
        .contains("\"dev\" (local)", "\"other\" (local)");
    assertThat(tools.answer("stop_ray_cluster", Map.of("cluster_name", "other")))
        .containsEntry("all_gone", true);

    assertThat(tools.answer("inspect_ray_cluster", Map.of()).get("summary").toString())
        .startsWith("dev: 1 node alive");
  }
}
