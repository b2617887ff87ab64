// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Starts one cluster: all of it, or nothing is left. */
final class ClusterStart {
  /** The workers of one cluster; each takes about 240 MB. */
  static final int MOST_WORKERS = 100;

  // Only the port of the client server cannot be left to the kernel.
  private static final int ATTEMPTS = 3;
  private static final int NAMES_TRIED = 20;
  private static final int PORTS_TRIED = 100;
  // Below what Linux, macOS and Windows pick by themselves, above what most servers use, and beside
  // the ports of Ray's workers and of Kubernetes' services.
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 29_999;
  private static final int TOKEN_BYTES = 32;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?");
  // As Ray checks them, in label_utils.py.
  private static final Pattern LABEL_KEY =
      Pattern.compile("([a-zA-Z0-9.-]{1,253}/)?[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?)?");

  private final LocalRay.Settings settings;
  private final StateDirectory state;
  private final RayCommand ray;
  private final ClusterRequest request;
  private final Steps steps;

  ClusterStart(
      LocalRay.Settings settings,
      StateDirectory state,
      RayCommand ray,
      ClusterRequest request,
      Steps steps) {
    this.settings = settings;
    this.state = state;
    this.ray = ray;
    this.request = request;
    this.steps = steps;
  }

  LocalCluster run() throws InterruptedException {
    NodeSpec head = NodeSpec.of(request.head());
    List<NodeSpec> workers = request.workers().stream().map(NodeSpec::of).toList();
    request.labels().forEach(ClusterStart::checkLabel);
    request.headPort().ifPresent(port -> requireFree("head_node_port", port));
    request.dashboardPort().ifPresent(port -> requireFree("dashboard_port", port));
    if (workers.size() > MOST_WORKERS) {
      throw ToolFailure.invalidArgument(
          workers.size() + " workers cannot run on one machine.",
          "Allowed are up to " + MOST_WORKERS + ".");
    }
    ray.executable();
    String name = request.name().orElse("");
    if (request.name().isPresent() && !NAME.matcher(name).matches()) {
      throw ToolFailure.invalidArgument(
          "\"" + Text.shown(name) + "\" cannot be the name of a cluster.",
          "It has 1 to 40 lower-case letters, digits and inner hyphens.");
    }
    for (int attempt = 0; attempt < NAMES_TRIED; attempt++) {
      String tried =
          request.name().isPresent() ? name : "ray-" + LocalFiles.letters(settings.random(), 4);
      Optional<StateDirectory.Held> held = state.tryLock(tried);
      if (held.isPresent()) {
        StateDirectory.Held lock = held.get();
        try (lock) {
          state
              .record(tried)
              .filter(LocalRay::isWaste)
              .ifPresent(record -> LocalRay.remove(state, record, doing -> {}));
          if (!state.isTaken(tried)) {
            return locked(tried, head, workers);
          }
        }
      }
      if (request.name().isPresent()) {
        throw new ToolFailure(
            FailureKind.CONFLICT,
            "There is a local Ray cluster \"" + tried + "\" already.",
            "Choose another cluster_name, or stop that one with stop_ray_cluster.");
      }
    }
    throw ToolFailure.unavailable("No free name was found.", "Give a cluster_name.");
  }

  private LocalCluster locked(String name, NodeSpec head, List<NodeSpec> workers)
      throws InterruptedException {
    ClusterChange change =
        new ClusterChange(
            settings, state, ray, steps, request.timeout(), 2 + workers.size(), anew(name));
    boolean whole = false;
    try {
      change.save(change.record());
      LocalFiles.make(change.record());
      state.saveToken(name, token());
      startHead(change, head);
      for (int i = 0; i < workers.size(); i++) {
        change.startWorker(workers.get(i), "starting worker " + (i + 1) + " of " + workers.size());
      }
      change.requireWhole();
      change.step("ready");
      change.save(change.record().in(ClusterRecord.Phase.READY));
      whole = true;
      return new LocalCluster(change.record(), state);
    } finally {
      if (!whole) {
        LocalRay.remove(state, change.record(), doing -> {});
      }
    }
  }

  // Between the moment that the kernel picked the port of the client server and the one in which
  // Ray takes it, anybody else can.
  private void startHead(ClusterChange change, NodeSpec head) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      int client = freePort();
      try {
        change.startHead(
            new RayCommand.Ports(
                request.headPort().orElse(0), request.dashboardPort().orElse(0), client),
            request.host(),
            head);
        return;
      } catch (ToolFailure failure) {
        String output = LocalFiles.end(LocalFiles.output(change.record(), 0));
        if (attempt == ATTEMPTS || !isClash(output, client)) {
          throw failure;
        }
        Ending.all(change.record(), doing -> {});
        change.save(anew(change.record().name(), change.record()));
      }
    }
  }

  private static boolean isClash(String output, int port) {
    return Pattern.compile("(?i)(bind|in use|occupied)[^\\n]*:" + port + "\\b")
        .matcher(output)
        .find();
  }

  private ClusterRecord anew(String name) {
    return new ClusterRecord(
        name,
        LocalFiles.choose(settings.random()),
        ClusterRecord.Phase.STARTING,
        Machine.here(),
        ProcessId.self(),
        ProcessId.self(),
        Optional.empty(),
        Optional.empty(),
        request.labels(),
        NodeSpec.least(),
        0,
        List.of());
  }

  private static ClusterRecord anew(String name, ClusterRecord before) {
    return new ClusterRecord(
        name,
        before.directory(),
        before.phase(),
        before.machine(),
        before.owner(),
        before.changer(),
        Optional.empty(),
        Optional.empty(),
        before.labels(),
        before.template(),
        0,
        List.of());
  }

  private String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    settings.random().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  // Not one that the kernel picks: until Ray takes it seconds pass, in which Ray itself has the
  // kernel pick many.
  private int freePort() {
    for (int attempt = 0; attempt < PORTS_TRIED; attempt++) {
      int port = settings.random().nextInt(FIRST_PORT, LAST_PORT + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw ToolFailure.unavailable(
        "No free port was found from " + FIRST_PORT + " to " + LAST_PORT + " for a client server.",
        "Is something holding all of them?");
  }

  private static boolean isFree(int port) {
    try {
      new ServerSocket(port).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void requireFree(String argument, int port) {
    if (port < 1024 || port > 65535) {
      throw ToolFailure.invalidArgument(
          argument + " is " + port + ".",
          "It is from 1024 to 65535; left out, a free one is taken.");
    }
    if (!isFree(port)) {
      throw new ToolFailure(
          FailureKind.CONFLICT,
          "Port " + port + " (" + argument + ") is taken on this machine.",
          "Leave it out and a free one is taken, or choose another one.");
    }
  }

  private static void checkLabel(String key, String value) {
    if (!LABEL_KEY.matcher(key).matches()
        || key.startsWith("ray.io/")
        || !LABEL_VALUE.matcher(value).matches()) {
      throw ToolFailure.invalidArgument(
          "\"" + Text.shown(key + "=" + value) + "\" cannot be a label of a node.",
          "Both sides have at most 63 letters, digits, and inner hyphens, underscores and dots; a"
              + " key may begin with a DNS name and a slash, but not with ray.io/.");
    }
  }
}
