// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What an error is about: the line that names it, and its kind, so that a caller need not know how
 * Python, Ray, shells and CUDA word it. Pure.
 *
 * @param kind by the words of the line only; {@link Kind#OTHER} when they tell nothing
 * @param error the line, without control characters, at most {@link Bounds#QUOTED_CHARS} long
 */
record Cause(Kind kind, String error) {
  /** What kinds there are. The first whose words are in the line is the one. */
  enum Kind {
    /** Before what is said of CUDA in general. */
    GPU_OUT_OF_MEMORY(
        "cuda out of memory|outofmemoryerror: cuda|cublas_status_alloc_failed|hip out of memory",
        "Use a smaller batch or model, or a GPU with more memory."),
    OBJECT_STORE_FULL(
        "objectstorefull|outofdisk|no space left on device",
        "Free objects or disk space, or give the nodes a larger object store or disk."),
    OUT_OF_MEMORY(
        "outofmemory|out[ _]of[ _]memory|memoryerror|running low on memory|cannot allocate memory"
            + "|bad_alloc|\\boom\\b|exit code 137\\b",
        "Use less memory in each task, run fewer at once (num_cpus, memory), or use larger nodes."),
    CUDA(
        "\\bcuda\\b|\\bcudnn\\b|\\bcublas\\b|\\bnccl\\b|nvidia driver|no gpus? (?:is|are) available",
        "Check that the job reserves a GPU, and that driver and library versions fit together."),
    RUNTIME_ENV(
        "runtime_env_setup|runtimeenvsetup|runtime_env.*(?:fail|error)|failed to (?:set up|setup)"
            + ".*runtime",
        "Correct runtime_env: its packages, URIs, and whether the nodes can reach them."),
    UNSCHEDULABLE(
        "unschedulable|infeasible|cannot be scheduled",
        "Ask for resources that a node has, or add such a node."),
    CANCELLED(
        "taskcancelled|cancellederror|task_cancelled|keyboardinterrupt", "It was told to stop."),
    NODE_DIED(
        "nodedied|node_died|node was (?:preempted|terminated|drained)|node .{0,80}(?:died|is dead)"
            + "|node failure",
        "See inspect_ray_cluster for what became of the node; the job can be submitted again."),
    OBJECT_LOST(
        "objectlost|object_lost|ownerdied|owner_died|objectfetchtimed|object_in_plasma"
            + "|objectreconstruction|object_unreconstructable|object_freed",
        "The process or node that held the object ended; find out why it did."),
    ACTOR_DIED(
        "actordied|actor_died|rayactorerror|actorunavailable|actor_unavailable|actor .{0,80}died"
            + "|supervisor_actor_(?:died|unknown)|actor_creation",
        "See list_ray_actors for what ended the actor, and its log."),
    WORKER_CRASHED(
        "workercrashed|worker_died|worker crashed|worker .{0,60}(?:died|crashed)|worker exit"
            + "|segmentation fault|segfault|sigsegv|sigabrt|core dumped|^aborted|exit code 139\\b"
            + "|unexpected system error|local_raylet_died|raylet .{0,40}died",
        "See the worker's log (retrieve_logs, log_type worker or system), often of native code."),
    KILLED(
        "^killed\\b|sigkill|signal 9\\b",
        "Somebody or the kernel killed it, the kernel mostly for want of memory."),
    MISSING_MODULE(
        "modulenotfounderror|no module named|importerror|cannot open shared object file",
        "Add the package to runtime_env.pip or the image, or the code to working_dir."),
    MISSING_COMMAND(
        "command not found|: not found$|exit code 127\\b",
        "Install the command on the nodes, or correct its name or PATH."),
    MISSING_FILE(
        "filenotfounderror|no such file or directory|can't open file|a file is not found"
            + "|nosuchkey|nosuchbucket",
        "Paths are those of the cluster's nodes: put the file into working_dir, or correct it."),
    PERMISSION(
        "permissionerror|permission denied|accessdenied|access denied|\\bforbidden\\b"
            + "|unauthorized|exit code 126\\b",
        "Give the job's user or credentials access."),
    TIMEOUT(
        "timeouterror|gettimeout|\\btimed? ?out\\b|start_timeout|deadline exceeded|timeoutexpired",
        "Look at what it waited for, or give it more time."),
    NETWORK(
        "connection(?:refused|reset|aborted|error)|connection (?:refused|reset|error)"
            + "|brokenpipe|name or service not known|name resolution|socket\\.gaierror|urlerror"
            + "|sslerror|rpcerror|network is unreachable|no route to host",
        "Check that the nodes can reach the address."),
    SERIALIZATION(
        "pickl|could not serialize|serializationerror|cannot be serialized",
        "What goes to a task must be serializable: create it inside of the task instead."),
    /** An exception of the program itself. */
    USER_ERROR(
        "^[a-z_][\\w.]{0,200}(?:error|exception|warning|exit|interrupt)?(?:\\([\\w.]*\\))?:"
            + "|^[a-z_][\\w.]{0,200}(?:error|exception)$|^(?:panic|fatal)|task_execution_exception",
        "Read the traceback: it is in the job's own code or what that uses."),
    OTHER("", "");

    private final Pattern words;
    private final String hint;

    Kind(String words, String hint) {
      this.words = Pattern.compile(words);
      this.hint = hint;
    }

    /** What to do about it; may be empty. */
    String hint() {
      return hint;
    }
  }

  // Python's own types for mistakes in a program: then words of the message tell nothing.
  private static final Pattern MISTAKE =
      Pattern.compile(
          "^(?:value|type|key|index|attribute|name|unboundlocal|zerodivision|assertion|syntax"
              + "|indentation|tab|recursion|notimplemented|unicode(?:decode|encode)?|overflow"
              + "|arithmetic|lookup|json\\.decoder\\.jsondecode)error\\b(?!.*(?:pickl|serializ))");
  // Ray wraps what a task raised.
  private static final Pattern WRAPPED =
      Pattern.compile("^(?:ray\\.exceptions\\.)?raytaskerror\\(([\\w.]{1,200})\\)");

  /**
   * The cause that a line tells: an exception with its message as Python prints it, what a shell
   * says, or one of Ray's own error types such as {@code OUT_OF_MEMORY}.
   */
  static Cause of(String errorLine) {
    String error = Wording.oneLine(errorLine, Bounds.QUOTED_CHARS);
    String lower = WRAPPED.matcher(error.toLowerCase(Locale.ROOT)).replaceFirst("$1");
    if (MISTAKE.matcher(lower).find()) {
      return new Cause(Kind.USER_ERROR, error);
    }
    for (Kind kind : Kind.values()) {
      if (kind.words.matcher(lower).find()) {
        return new Cause(kind, error);
      }
    }
    return new Cause(Kind.OTHER, error);
  }
}
