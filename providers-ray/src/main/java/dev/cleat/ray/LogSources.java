// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.UNSUPPORTED;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds the log that is asked for. What could name another file than meant is refused. */
final class LogSources {
  private static final Pattern ACTOR = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern TASK = Pattern.compile("[0-9a-f]{48}");
  private static final Pattern PID = Pattern.compile("[1-9][0-9]{0,9}");
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}");

  private final RayCluster cluster;

  LogSources(RayCluster cluster) {
    this.cluster = cluster;
  }

  /** The log of a job that has got as far as a node. */
  static LogSource of(Job job, String nodeId) {
    return LogSource.file(
        "job " + job.id(), nodeId, "job-driver-" + job.id() + ".log", Redaction.of(job));
  }

  static void requireSubmitted(Job job) {
    if (job.driver()) {
      throw new ToolFailure(
          UNSUPPORTED,
          job.id()
              + " is a driver that was not submitted as a job: Ray does not keep what it prints.",
          "Look where it was started.");
    }
  }

  /** Any other log than that of a job. */
  LogSource other(LogQuery query) throws InterruptedException {
    String id = query.identifier();
    return switch (query.logType()) {
      case ACTOR -> process(query, "actor " + require(ACTOR, id, "32 hex digits"), "actor_id");
      case TASK -> process(query, "task " + require(TASK, id, "48 hex digits"), "task_id");
      case WORKER -> worker(query, require(PID, id, "the number of a process"));
      case SYSTEM, JOB -> system(query, require(FILE, id, "a plain file name without a folder"));
    };
  }

  private static LogSource process(LogQuery query, String title, String parameter) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put(parameter, query.identifier());
    if (parameter.equals("task_id")) {
      parameters.put("attempt_number", "0");
    }
    parameters.put("suffix", query.stream().name().toLowerCase(Locale.ROOT));
    query.nodeId().ifPresent(node -> parameters.put("node_id", node));
    return new LogSource(title, parameters, Redaction.GENERAL);
  }

  private LogSource worker(LogQuery query, String pid) throws InterruptedException {
    Map<String, String> parameters =
        Map.of(
            "node_id", node(query, false),
            "pid", pid,
            "suffix", query.stream().name().toLowerCase(Locale.ROOT));
    return new LogSource("worker process " + pid, parameters, Redaction.GENERAL);
  }

  private LogSource system(LogQuery query, String file) throws InterruptedException {
    return LogSource.file("file " + file, node(query, true), file, Redaction.GENERAL);
  }

  private String node(LogQuery query, boolean orHead) throws InterruptedException {
    if (query.nodeId().isPresent()) {
      return query.nodeId().get();
    }
    List<RayNode> alive = cluster.state().nodes().stream().filter(RayNode::alive).toList();
    List<RayNode> candidates = orHead ? alive.stream().filter(RayNode::head).toList() : alive;
    if (candidates.size() == 1) {
      return candidates.get(0).id();
    }
    throw ToolFailure.invalidArgument(
        "Which of the " + Wording.count(alive.size(), "node") + " is meant?",
        "Give node_id, one of "
            + String.join(", ", alive.stream().map(RayNode::id).toList())
            + ".");
  }

  private static String require(Pattern pattern, String id, String allowed) {
    if (!pattern.matcher(id).matches() || id.contains("..")) {
      throw ToolFailure.invalidArgument(
          "\"" + Text.shown(id) + "\" does not name such a log.", "Allowed is " + allowed + ".");
    }
    return id;
  }
}
