// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code check_environment}: what is there, what is missing, and what to do about it. */
final class CheckEnvironment {
  record Query(@Unwrapped Target on) {}

  /** How one thing is. */
  enum State {
    OK,
    /** Not there, and nothing but local clusters needs it. */
    MISSING,
    PROBLEM
  }

  /** One thing that was looked at. */
  record Check(
      String name, State state, String found, @Doc("What to do about it.") Optional<String> fix) {}

  record Environment(
      String summary,
      @Doc("Whether jobs can be submitted and looked at now.") boolean ready,
      List<Check> checks,
      @Doc("The Ray cluster that was looked at.") Optional<RayCluster.About> cluster) {}

  private static final String INSTALL =
      "Only needed to run Ray on this machine: pip install \"ray[default]\" in a virtual environment,"
          + " and set providers.ray.rayCommand to its bin/ray, or put that directory on PATH.";

  private final Clusters clusters;
  private final LocalCommands commands;
  private final Optional<Path> rayCommand;

  /**
   * @param rayCommand the command that is configured, if one is
   */
  CheckEnvironment(Clusters clusters, LocalCommands commands, Optional<Path> rayCommand) {
    this.clusters = clusters;
    this.commands = commands;
    this.rayCommand = rayCommand;
  }

  ServedTool tool() {
    return Tool.named("check_environment")
        .title("Check the Ray environment")
        .says(
            "Use this first, or when another Ray tool fails: it says whether the Ray cluster is"
                + " reachable, what it has, what is missing, and how to fix it.")
        .readOnly()
        .handles(Query.class, Environment.class, (query, call) -> check(query.on(), call));
  }

  private Environment check(Target on, RequestContext call) throws InterruptedException {
    List<Check> checks = new ArrayList<>();
    Optional<RayCluster.About> about = Optional.empty();
    boolean ready = false;
    try {
      RayCluster cluster = clusters.find(on);
      about = Optional.of(cluster.aboutUnseen());
      DashboardEndpoint endpoint = cluster.target().dashboard();
      RayCluster.About seen = cluster.about();
      about = Optional.of(seen);
      checks.add(ok("dashboard", endpoint.address() + ", Ray " + seen.rayVersion().orElse("?")));
      checks.add(authentication(cluster, endpoint));
      checks.addAll(nodes(cluster));
      ready = checks.stream().allMatch(check -> check.state() == State.OK);
    } catch (ToolFailure failure) {
      checks.add(problem("dashboard", failure));
    }
    call.progress(1, 2, "looking for ray and python on this machine");
    checks.add(command("ray", rayCommand.or(() -> commands.find(List.of("ray")))));
    checks.add(command("python", commands.find(List.of("python3", "python"))));
    return new Environment(summary(ready, checks), ready, checks, about);
  }

  private static String summary(boolean ready, List<Check> checks) {
    if (ready) {
      String nodes =
          checks.stream()
              .filter(check -> check.name().equals("nodes"))
              .map(Check::found)
              .findFirst()
              .orElse("");
      return "Ready: " + nodes + ".";
    }
    return checks.stream()
        .filter(check -> check.state() == State.PROBLEM)
        .map(check -> "Not ready. " + check.found() + check.fix().map(fix -> " " + fix).orElse(""))
        .findFirst()
        .orElse("Not ready.");
  }

  private Check authentication(RayCluster cluster, DashboardEndpoint endpoint)
      throws InterruptedException {
    String mode;
    try {
      mode = cluster.state().authenticationMode().orElse("unknown");
    } catch (ToolFailure failure) {
      // Versions without authentication have no such resource.
      mode = "unknown";
    }
    boolean token = endpoint.token().isPresent();
    String found = "mode " + mode + (token ? ", a token is sent" : ", no token is sent");
    if (token && !endpoint.address().isEncrypted() && !isLoopback(endpoint.address())) {
      return new Check(
          "authentication",
          State.OK,
          found + " unencrypted",
          Optional.of("Put the dashboard behind https: who listens on the way can use the token."));
    }
    return ok("authentication", found);
  }

  private List<Check> nodes(RayCluster cluster) throws InterruptedException {
    List<RayNode> nodes;
    try {
      nodes = cluster.state().nodes();
    } catch (ToolFailure failure) {
      return List.of(problem("nodes", failure));
    }
    List<RayNode> alive = nodes.stream().filter(RayNode::alive).toList();
    if (alive.isEmpty()) {
      return List.of(
          new Check(
              "nodes",
              State.PROBLEM,
              "No node is alive.",
              Optional.of("Wait until the head has started, or restart it.")));
    }
    int dead = nodes.size() - alive.size();
    String found =
        Wording.count(alive.size(), "node") + " alive" + (dead > 0 ? ", " + dead + " dead" : "");
    return List.of(ok("nodes", found + ", " + resources(cluster, alive)));
  }

  private String resources(RayCluster cluster, List<RayNode> alive) throws InterruptedException {
    Map<String, Double> total = new TreeMap<>();
    for (RayNode node : alive) {
      node.resources().forEach((name, amount) -> total.merge(name, amount, Double::sum));
    }
    Map<String, Double> used = used(cluster);
    List<String> words = new ArrayList<>();
    total.forEach(
        (name, amount) -> {
          if (name.equals("memory")) {
            words.add(String.format(Locale.ROOT, "memory %.1f GB", amount / 1e9));
          } else if (!name.startsWith("node:") && !name.equals("object_store_memory")) {
            Optional<Double> inUse = Optional.ofNullable(used.get(name));
            words.add(
                name
                    + " "
                    + Diagnosis.number(amount)
                    + inUse.map(n -> " (" + Diagnosis.number(n) + " in use)").orElse(""));
          }
        });
    return String.join(", ", words.subList(0, Math.min(words.size(), Bounds.LISTED_RESOURCES)))
        + (words.size() > Bounds.LISTED_RESOURCES ? " and more" : "");
  }

  private Map<String, Double> used(RayCluster cluster) throws InterruptedException {
    try {
      return cluster.state().used();
    } catch (ToolFailure failure) {
      return Map.of();
    }
  }

  private Check command(String name, Optional<Path> found) throws InterruptedException {
    if (found.isEmpty()) {
      return new Check(
          name, State.MISSING, "not on the PATH of this machine", Optional.of(INSTALL));
    }
    return commands
        .version(found.get())
        .map(version -> ok(name, found.get() + ", " + version))
        .orElseGet(
            () ->
                new Check(
                    name,
                    State.MISSING,
                    found.get() + " is there and does not start",
                    Optional.of(INSTALL)));
  }

  private static boolean isLoopback(DashboardAddress address) {
    return address.host().equals("localhost")
        || address.host().equals("[::1]")
        || address.host().matches("127(\\.[0-9]+){3}");
  }

  private static Check ok(String name, String found) {
    return new Check(name, State.OK, found, Optional.empty());
  }

  private static Check problem(String name, ToolFailure failure) {
    String message = failure.getMessage();
    return new Check(
        name,
        State.PROBLEM,
        message == null ? failure.kind().wireName() : message,
        failure.hint().isEmpty() ? Optional.empty() : Optional.of(failure.hint()));
  }
}
