// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code inspect_ray_node}: how one machine is, and which processes ended on it and why. */
final class InspectNode {
  record Query(
      @Unwrapped Target on,
      @Doc("The node, as inspect_ray_cluster shows it; may be left out when there is only one.")
          @Pattern("[0-9a-f]{56}")
          Optional<String> nodeId) {}

  /** A process that ended. */
  record Exit(
      int pid,
      @Doc("A word of Ray's; NODE_OUT_OF_MEMORY means that Ray killed it to free memory.")
          String exitType,
      Optional<String> detail,
      Optional<Instant> ended) {}

  record Node(
      String summary,
      @Doc("What is wrong; empty when nothing was seen that is.") List<String> problems,
      String nodeId,
      boolean head,
      @Doc("alive or dead.") String state,
      @Doc("Why it is dead.") Optional<String> reason,
      Optional<Double> cpuPercent,
      @Doc("Over 1, 5 and 15 minutes.") List<Double> loadAverage,
      Optional<Long> memoryUsedBytes,
      Optional<Long> memoryTotalBytes,
      Optional<Long> objectStoreUsedBytes,
      Optional<Long> objectStoreTotalBytes,
      List<NodeView.Disk> disks,
      List<NodeView.Gpu> gpus,
      @Doc("Those that use most memory, largest first.") List<NodeView.Running> processes,
      @Doc("How many there are of Ray's jobs.") int processCount,
      @Doc("Those that ended when nobody wanted it, last first.") List<Exit> failedProcesses,
      @Doc("What could not be looked at.") Optional<List<String>> unseen,
      RayCluster.About cluster) {}

  // From here on Ray's memory monitor is near (95 % by default), and spilling has begun (80 %).
  private static final double MEMORY_HIGH = 0.9;
  private static final double STORE_HIGH = 0.8;
  private static final double DISK_HIGH = 95;

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private InspectNode(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("inspect_ray_node")
        .title("Inspect a node of a Ray cluster")
        .says(
            "Use this to see how a node of a Ray cluster is doing: memory, object store, disk, CPU,"
                + " GPUs, the processes that use most memory and what they run, and which processes"
                + " crashed or were killed for want of memory.")
        .readOnly()
        .handles(
            Query.class,
            Node.class,
            (query, call) -> new InspectNode(clusters.find(query.on())).inspect(query));
  }

  private Node inspect(Query query) throws InterruptedException {
    RayCluster.About about = cluster.about();
    RayNode node = choose(query.nodeId());
    NodeView view =
        looks.at(
            "node",
            new NodeView(MissingNode.getInstance()),
            () -> new NodeView(cluster.state().nodeDetail(node.id())));
    if (!view.known()) {
      looks.miss("measurements: the node's agent has told none" + (node.alive() ? " yet" : ""));
    }
    StateQuery failed = RayWorker.failedOnes().where("node_id", node.id());
    StateTable<RayWorker> ended =
        looks.table("ended processes", () -> cluster.state().workers(failed));
    List<Exit> exits =
        ended.rows().stream()
            .filter(RayWorker::failed)
            .sorted(
                Comparator.comparing((RayWorker w) -> w.ended().orElse(Instant.EPOCH)).reversed())
            .limit(StateBounds.LISTED)
            .map(InspectNode::exit)
            .toList();
    List<String> problems = problems(node, view, exits);
    Optional<Long> none = Optional.empty();
    return new Node(
        summary(node, view, problems),
        problems,
        node.id(),
        node.head(),
        NodeLine.state(node),
        node.stateMessage().map(why -> Wording.oneLine(why, Bounds.QUOTED_CHARS)),
        view.cpuPercent(),
        view.loadAverage(),
        view.known() ? Optional.of(view.memoryUsed()) : none,
        view.known() ? Optional.of(view.memoryTotal()) : none,
        view.known() ? Optional.of(view.storeUsed()) : none,
        view.known() ? Optional.of(view.storeTotal()) : none,
        view.disks(),
        view.gpus(),
        view.processes(),
        view.processCount(),
        exits,
        looks.told(),
        about);
  }

  private RayNode choose(Optional<String> wanted) throws InterruptedException {
    List<RayNode> nodes = cluster.state().nodes();
    if (wanted.isPresent()) {
      return nodes.stream()
          .filter(node -> node.id().equals(wanted.get()))
          .findFirst()
          .orElseThrow(
              () ->
                  ToolFailure.notFound(
                      "There is no node " + wanted.get() + ".", "There are: " + choices(nodes)));
    }
    List<RayNode> alive = nodes.stream().filter(RayNode::alive).toList();
    if (alive.size() == 1) {
      return alive.get(0);
    }
    throw ToolFailure.invalidArgument(
        "Which of the " + Wording.count(alive.size(), "node") + " is meant?",
        "Give node_id: " + choices(alive));
  }

  private static String choices(List<RayNode> nodes) {
    List<String> ids = new ArrayList<>();
    nodes.stream()
        .limit(StateBounds.LISTED)
        .forEach(node -> ids.add(node.id() + (node.head() ? " (head)" : "")));
    return String.join(", ", ids) + ".";
  }

  private static Exit exit(RayWorker worker) {
    return new Exit(
        worker.pid(),
        worker.exitType().orElse("unknown"),
        worker.exitDetail().map(ErrorText::line),
        worker.ended());
  }

  private static List<String> problems(RayNode node, NodeView view, List<Exit> exits) {
    List<String> problems = new ArrayList<>();
    if (!node.alive()) {
      problems.add("It is dead.");
    }
    long killed =
        exits.stream().filter(exit -> exit.exitType().equals(RayWorker.OUT_OF_MEMORY)).count();
    if (killed > 0) {
      problems.add(
          "Ray killed " + Wording.count(killed, "process") + " of it because memory ran out.");
    }
    long crashed = exits.size() - killed;
    if (crashed > 0) {
      problems.add(crashed + " of its processes crashed.");
    }
    if (view.known()) {
      high("memory", view.memoryUsed(), view.memoryTotal(), MEMORY_HIGH, problems);
      high("object store", view.storeUsed(), view.storeTotal(), STORE_HIGH, problems);
    }
    for (NodeView.Disk disk : view.disks()) {
      if (disk.percent() >= DISK_HIGH) {
        problems.add(
            "The disk of " + disk.path() + " is " + Math.round(disk.percent()) + " % full.");
      }
    }
    return problems;
  }

  private static void high(
      String what, long used, long total, double limit, List<String> problems) {
    if (total > 0 && used > limit * total) {
      problems.add("Its " + what + " is " + Math.round(100.0 * used / total) + " % full.");
    }
  }

  private static String summary(RayNode node, NodeView view, List<String> problems) {
    String state =
        (node.head() ? "The head " : "Node ")
            + Wording.cut(node.id(), 12)
            + (node.alive() ? " is alive" : " is dead");
    String memory =
        view.known()
            ? ", memory "
                + gigabytes(view.memoryUsed())
                + " of "
                + gigabytes(view.memoryTotal())
                + " GB, CPU "
                + Math.round(view.cpuPercent().orElse(0.0))
                + " %"
            : "";
    return state + memory + "." + (problems.isEmpty() ? "" : " " + String.join(" ", problems));
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e9);
  }
}
