// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cleat.Doc;
import dev.cleat.FailureKind;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code list_ray_serve_applications}: those that are not well first. */
final class ListServe {
  record Query(@Unwrapped Target on) {}

  /** A part of an application. */
  record Deployment(
      String name,
      @Doc("As Ray Serve has it, such as HEALTHY, UPDATING, UNHEALTHY.") String status,
      Optional<String> message,
      Optional<Integer> targetReplicas,
      @Doc("Replicas by state.") Map<String, Integer> replicas) {}

  /** What is served. */
  record Application(
      String name,
      @Doc("As Ray Serve has it: NOT_STARTED, DEPLOYING, RUNNING, DEPLOY_FAILED, UNHEALTHY, ...")
          String status,
      Optional<String> routePrefix,
      Optional<String> message,
      List<Deployment> deployments) {}

  record Applications(
      String summary,
      List<Application> applications,
      @Doc("Whether there are more than these.") boolean truncated,
      RayCluster.About cluster) {}

  private static final String RUNNING = "RUNNING";
  private static final String HEALTHY = "HEALTHY";

  private final RayCluster cluster;

  private ListServe(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("list_ray_serve_applications")
        .title("List Ray Serve applications")
        .says(
            "Use this to see what Ray Serve serves on a cluster: applications, deployments and"
                + " replicas with their states, those that are not well first, with why.")
        .readOnly()
        .handles(
            Query.class,
            Applications.class,
            (query, call) -> new ListServe(clusters.find(query.on())).list());
  }

  private Applications list() throws InterruptedException {
    RayCluster.About about = cluster.about();
    List<Application> all = new ArrayList<>();
    answer()
        .path("applications")
        .properties()
        .forEach(entry -> all.add(application(entry.getKey(), entry.getValue())));
    all.sort(
        Comparator.comparing((Application one) -> isWell(one)).thenComparing(Application::name));
    List<Application> shown = StateBounds.listed(all);
    return new Applications(summary(all), List.copyOf(shown), shown.size() < all.size(), about);
  }

  private JsonNode answer() throws InterruptedException {
    try {
      return cluster.state().serveApplications();
    } catch (ToolFailure failure) {
      if (failure.kind() != FailureKind.UNSUPPORTED) {
        throw failure;
      }
      throw new ToolFailure(
              FailureKind.UNSUPPORTED,
              "Ray Serve is not installed on the head of this cluster.",
              "Install it there, and restart the head: pip install \"ray[serve]\".")
          .causedBy(failure);
    }
  }

  private static Application application(String name, JsonNode app) {
    List<Deployment> deployments = new ArrayList<>();
    app.path("deployments")
        .properties()
        .forEach(entry -> deployments.add(deployment(entry.getKey(), entry.getValue())));
    deployments.sort(
        Comparator.comparing((Deployment one) -> one.status().equals(HEALTHY))
            .thenComparing(Deployment::name));
    return new Application(
        Wording.oneLine(name, 200),
        RayJson.text(app, "status").orElse("UNKNOWN"),
        RayJson.text(app, "route_prefix").map(prefix -> Wording.oneLine(prefix, 200)),
        message(app),
        List.copyOf(StateBounds.listed(deployments)));
  }

  private static Deployment deployment(String name, JsonNode deployment) {
    Map<String, Integer> replicas = new TreeMap<>();
    for (JsonNode replica : deployment.path("replicas")) {
      replicas.merge(Wording.oneLine(replica.path("state").asText("UNKNOWN"), 60), 1, Integer::sum);
    }
    JsonNode target = deployment.path("target_num_replicas");
    return new Deployment(
        Wording.oneLine(name, 200),
        RayJson.text(deployment, "status").orElse("UNKNOWN"),
        message(deployment),
        target.isInt() ? Optional.of(target.intValue()) : Optional.empty(),
        replicas);
  }

  // Tracebacks come in here, too.
  private static Optional<String> message(JsonNode node) {
    return RayJson.text(node, "message")
        .map(text -> Redaction.GENERAL.text(ErrorText.line(text)))
        .filter(text -> !text.isEmpty());
  }

  private static boolean isWell(Application application) {
    return application.status().equals(RUNNING)
        && application.deployments().stream().allMatch(one -> one.status().equals(HEALTHY));
  }

  private static String summary(List<Application> all) {
    if (all.isEmpty()) {
      return "Ray Serve serves nothing here.";
    }
    Optional<Application> unwell = all.stream().filter(one -> !isWell(one)).findFirst();
    String count = Wording.count(all.size(), "application");
    if (unwell.isEmpty()) {
      return count + ", all running.";
    }
    long many = all.stream().filter(one -> !isWell(one)).count();
    String why = why(unwell.get()).map(text -> ", " + text).orElse("");
    return count
        + ", "
        + many
        + " not well: "
        + unwell.get().name()
        + " is "
        + unwell.get().status()
        + (why.endsWith(".") ? why : why + ".");
  }

  // An application tells only that one of its deployments failed; that one tells of what.
  private static Optional<String> why(Application application) {
    return application.deployments().stream()
        .filter(one -> !one.status().equals(HEALTHY))
        .findFirst()
        .flatMap(Deployment::message)
        .or(application::message);
  }
}
