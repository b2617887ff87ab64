// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ends the supervisor of a job that has not started: Ray has a command for it, and no route. */
final class SupervisorKill {
  /** The command takes 2 to 3 s, mostly for starting Python. */
  private static final Duration MOST = Duration.ofSeconds(20);

  /** In which Ray keeps all supervisors. */
  private static final String NAMESPACE = "SUPERVISOR_ACTOR_RAY_NAMESPACE";

  private SupervisorKill() {}

  static void run(RayCommand ray, LocalCluster cluster, String actorName)
      throws InterruptedException {
    // Says what is wrong if the cluster cannot be reached.
    cluster.dashboard();
    List<String> arguments =
        List.of(
            "kill-actor",
            "--address=" + cluster.gcsAddress().orElseThrow(),
            "--name=" + actorName,
            "--namespace=" + NAMESPACE,
            "--force",
            "--no-restart");
    try {
      // To a file, because a pipe that nobody reads would stop it.
      Path output = Files.createTempFile(cluster.record().directory(), "kill-actor", ".log");
      try {
        run(ray.about(arguments, cluster.tokenFile()), output);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw failed("it could not be run (" + Wording.oneLine(e.toString(), 200) + ")").causedBy(e);
    }
  }

  private static void run(ProcessBuilder builder, Path output)
      throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    List<ProcessId> family = List.of();
    try {
      process.getOutputStream().close();
      boolean ended = process.waitFor(MOST.toMillis(), TimeUnit.MILLISECONDS);
      family = ProcessId.of(process.toHandle()).descendants();
      if (!ended) {
        throw failed("it was not done within " + Wording.span(MOST));
      }
      if (process.exitValue() != 0) {
        throw failed(
            LocalFiles.reasonIn(LocalFiles.end(output))
                .orElse("it exited with " + process.exitValue()));
      }
    } finally {
      family.forEach(ProcessId::kill);
      process.destroyForcibly();
    }
  }

  private static ToolFailure failed(String why) {
    return new ToolFailure(
        FailureKind.UPSTREAM, "`ray kill-actor` failed: " + why, "The job may still be pending.");
  }
}
