// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.FailureKind;
import dev.cleat.Range;
import dev.cleat.RequestContext;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.util.List;
import java.util.Optional;

/** {@code init_ray_cluster}: a cluster that can be used when this returns, or nothing. */
final class InitCluster {
  record Query(
      @Doc(
              "Connect to the Ray cluster whose dashboard is at this address, such as"
                  + " http://127.0.0.1:8265, instead of starting one.")
          @Range(min = 1, max = 2048)
          Optional<String> address,
      @Doc("How the new cluster is run; local is by processes of this machine.") @Default("local")
          Kind clusterType,
      @Doc("What to call the cluster from now on; chosen when left out.") @Range(min = 1, max = 63)
          Optional<String> clusterName,
      @Unwrapped StartQuery start,
      @Doc("How long starting may take in all.") @Default("180") @Range(min = 10, max = 1800)
          int timeoutSeconds) {}

  /** How a new cluster is run. */
  enum Kind {
    LOCAL,
    KUBERNETES,
    /** The same as {@link #KUBERNETES}. */
    K8S
  }

  record Initialized(
      String summary,
      @Doc("Whether it was started by this call; else it was connected to.") boolean started,
      String dashboard,
      @Doc("Where other Ray programs connect to.") Optional<String> gcsAddress,
      @Doc("The file that holds the cluster's token, for RAY_AUTH_TOKEN_PATH.")
          Optional<String> tokenFile,
      List<NodeLine> nodes,
      RayCluster.About cluster) {}

  private final Clusters clusters;
  private final AllowedAddresses allowed;
  private final RequestContext call;

  private InitCluster(Clusters clusters, AllowedAddresses allowed, RequestContext call) {
    this.clusters = clusters;
    this.allowed = allowed;
    this.call = call;
  }

  static ServedTool tool(Clusters clusters, AllowedAddresses allowed) {
    return Tool.named("init_ray_cluster")
        .title("Start or connect to a Ray cluster")
        .says(
            "Use this to get a Ray cluster to work with: it starts a head and workers on this"
                + " machine, or connects to a cluster that runs already (address). Answers once the"
                + " cluster can be used. If anything fails, nothing is left of it. End it with"
                + " stop_ray_cluster.")
        .writes()
        .openWorld()
        .handles(
            Query.class,
            Initialized.class,
            (query, call) -> new InitCluster(clusters, allowed, call).init(query));
  }

  private Initialized init(Query query) throws InterruptedException {
    if (query.address().isPresent()) {
      query.start().requireNone();
      return connect(query, query.address().get());
    }
    RayKind kind = query.clusterType() == Kind.LOCAL ? RayKind.LOCAL : RayKind.KUBERNETES;
    RayBackend backend = clusters.backend(kind);
    RayTarget target =
        backend.start(
            query.start().request(query.clusterName(), query.timeoutSeconds()), call::progress);
    RayCluster cluster = clusters.of(backend, target);
    return answer(true, cluster);
  }

  private Initialized connect(Query query, String text) throws InterruptedException {
    DashboardAddress address = address(text);
    RemoteBackend remote = (RemoteBackend) clusters.backend(RayKind.REMOTE);
    String name = query.clusterName().orElse(address.toString());
    Optional<RayTarget> known =
        remote.targets().stream().filter(target -> target.name().equals(name)).findFirst();
    if (known.isPresent() && ((RemoteRay) known.get()).address().equals(address)) {
      return answer(false, clusters.of(remote, known.get()));
    }
    RemoteRay ray = RemoteRay.asked(name, address, allowed);
    call.progress(0, 1, "looking for a dashboard at " + address);
    try (RayCluster probe = clusters.probe(remote, ray)) {
      probe.about();
    } catch (ToolFailure failure) {
      throw hinted(failure, address);
    }
    remote.add(ray);
    return answer(false, clusters.of(remote, ray));
  }

  private static DashboardAddress address(String text) {
    if (text.startsWith("ray://")) {
      throw ToolFailure.invalidArgument(
          "\"ray://…\" is the address of a Ray client server, and a dashboard is needed.",
          "Give the address of the dashboard, mostly port 8265 of the same host.");
    }
    try {
      return DashboardAddress.parse(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException e) {
      throw ToolFailure.invalidArgument(String.valueOf(e.getMessage()), "");
    }
  }

  // These are the ports of a head that people know, and neither answers as a dashboard.
  private static ToolFailure hinted(ToolFailure failure, DashboardAddress address) {
    if (address.port() != 6379 && address.port() != 10001) {
      return failure;
    }
    return new ToolFailure(
            failure.kind(),
            String.valueOf(failure.getMessage()),
            "Port "
                + address.port()
                + " is mostly the GCS or the client server of a head: give the address of its"
                + " dashboard, mostly port 8265.")
        .causedBy(failure);
  }

  private static Initialized answer(boolean started, RayCluster cluster)
      throws InterruptedException {
    RayCluster.About about = cluster.about();
    List<NodeLine> nodes = cluster.state().nodes().stream().map(NodeLine::of).toList();
    long alive = nodes.stream().filter(node -> node.state().equals(NodeLine.ALIVE)).count();
    if (alive == 0) {
      throw new ToolFailure(
          FailureKind.UNAVAILABLE,
          "The dashboard of " + about.name() + " answers, and no node of it is alive.",
          "Look again with inspect_ray_cluster.");
    }
    String summary =
        (started ? "Started " : "Connected to ")
            + about.name()
            + ": Ray "
            + about.rayVersion().orElse("?")
            + ", "
            + Wording.count(alive, "node")
            + " alive.";
    return new Initialized(
        summary,
        started,
        cluster.target().dashboard().address().toString(),
        cluster.target().gcsAddress(),
        cluster.target().tokenReference(),
        nodes,
        about);
  }
}
