// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.time.Duration;

/** Dumps the stacks of processes by py-spy, which Ray runs on their nodes. */
final class StacksApi {
  private static final String HOW_TO_ALLOW =
      "Restart the head with RAY_DASHBOARD_ENABLE_PROFILING=1 in its environment. Until then the"
          + " process's log (retrieve_logs with log_type worker) is all there is to see.";

  private final RayJson json;
  private final Duration timeout;

  StacksApi(RayJson json, Duration timeout) {
    this.json = json;
    this.timeout = timeout;
  }

  /** Whether Ray will do it. An older Ray, which does not know the question, may. */
  void requireAllowed() throws InterruptedException {
    boolean allowed;
    try {
      allowed =
          json.object(Ask.get("/api/profiling_enabled", timeout))
              .path("data")
              .path("profilingEnabled")
              .asBoolean(true);
    } catch (ToolFailure failure) {
      if (failure.kind() == FailureKind.UPSTREAM) {
        return;
      }
      throw failure;
    }
    if (!allowed) {
      throw new ToolFailure(
          FailureKind.UNSUPPORTED, "This Ray cluster does not allow to dump stacks.", HOW_TO_ALLOW);
    }
  }

  /** The stacks of all threads of a process. */
  String ofProcess(String nodeId, int pid, boolean nativeFrames) throws InterruptedException {
    Duration patient = timeout.compareTo(StateBounds.STACK) < 0 ? StateBounds.STACK : timeout;
    Ask ask =
        Ask.get("/worker/traceback", patient)
            .with("node_id", nodeId)
            .with("pid", pid)
            .with("native", nativeFrames ? 1 : 0);
    try {
      return json.text(ask, StateBounds.STACK_BYTES);
    } catch (ToolFailure failure) {
      throw explained(failure, pid);
    }
  }

  private static ToolFailure explained(ToolFailure failure, int pid) {
    String said = String.valueOf(failure.getMessage());
    if (said.contains("(403)")) {
      return new ToolFailure(
              FailureKind.UNSUPPORTED,
              "This Ray cluster does not allow to dump stacks.",
              HOW_TO_ALLOW)
          .causedBy(failure);
    }
    if (said.contains("py-spy is not installed")) {
      return new ToolFailure(
              FailureKind.UNSUPPORTED,
              "py-spy is not installed on the node of process " + pid + ".",
              "Install it there: pip install py-spy, or \"ray[default]\".")
          .causedBy(failure);
    }
    if (said.contains("Permission denied") || said.contains("sudo chmod")) {
      return new ToolFailure(
              FailureKind.UNSUPPORTED,
              "py-spy may not look into process " + pid + ".",
              "It needs the right to trace processes: run Ray as root, give the container"
                  + " SYS_PTRACE, or set the setuid bit of py-spy.")
          .causedBy(failure);
    }
    if (said.contains("process is running") || said.contains("No such file or directory")) {
      return ToolFailure.notFound(
              "There is no process " + pid + " on that node any more.",
              "list_ray_actors and list_ray_tasks show which processes there are.")
          .causedBy(failure);
    }
    return failure;
  }
}
