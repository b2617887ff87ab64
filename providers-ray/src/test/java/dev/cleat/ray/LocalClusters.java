// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Local clusters of a test: opened, asked for, and looked at from outside. */
final class LocalClusters implements Steps, AutoCloseable {
  private final Path state;
  private final LocalRay ray;
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final Set<Path> directories = ConcurrentHashMap.newKeySet();

  LocalClusters(Path command, Path state) {
    this(command, state, false);
  }

  LocalClusters(Path command, Path state, boolean keep) {
    this.state = state;
    ray =
        LocalRay.open(
            new LocalRay.Settings(
                Optional.of(command),
                state,
                keep,
                List.of("MAVEN_*"),
                Map.of("TOLD", "by a test", "RAY_JOB_START_TIMEOUT_SECONDS", "20"),
                Duration.ofSeconds(10),
                InstantSource.system(),
                new SecureRandom()));
  }

  LocalRay ray() {
    return ray;
  }

  RayTarget start(Request request) throws InterruptedException {
    return ray.start(request.build(), this);
  }

  RayTarget target(String name) {
    return ray.targets().stream()
        .filter(target -> target.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The processes of a cluster that were started for its nodes: the head first. */
  List<ProcessId> processes(RayTarget target) {
    return ((LocalCluster) target).record().nodes().stream().map(LocalNode::process).toList();
  }

  Request request(String name) {
    return new Request(Optional.of(name));
  }

  Request request() {
    return new Request(Optional.empty());
  }

  /** A cluster to ask for: one CPU and no worker if nothing else is said. */
  static final class Request {
    private final Optional<String> name;
    private final List<ClusterRequest.NodeRequest> workers = new ArrayList<>();
    private Optional<Integer> headPort = Optional.empty();
    private Optional<Integer> dashboardPort = Optional.empty();
    private Map<String, String> labels = Map.of();
    private Duration timeout = Duration.ofSeconds(120);

    private Request(Optional<String> name) {
      this.name = name;
    }

    Request workers(int count) {
      workers.addAll(Collections.nCopies(count, ClusterRequest.NodeRequest.ofCpus(1)));
      return this;
    }

    Request worker(ClusterRequest.NodeRequest worker) {
      workers.add(worker);
      return this;
    }

    Request ports(int head, int dashboard) {
      headPort = Optional.of(head).filter(port -> port > 0);
      dashboardPort = Optional.of(dashboard).filter(port -> port > 0);
      return this;
    }

    Request labels(Map<String, String> all) {
      labels = all;
      return this;
    }

    Request timeout(Duration most) {
      timeout = most;
      return this;
    }

    ClusterRequest build() {
      return new ClusterRequest(
          name,
          ClusterRequest.NodeRequest.ofCpus(1),
          workers,
          "127.0.0.1",
          headPort,
          dashboardPort,
          labels,
          timeout);
    }
  }

  /** A port that is free now. */
  int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      ports.add(socket.getLocalPort());
      return socket.getLocalPort();
    }
  }

  /** Those given so far. */
  List<Integer> ports() {
    return ports;
  }

  List<String> steps() {
    return steps;
  }

  @Override
  public void at(int done, int total, String doing) {
    steps.add(done + "/" + total + " " + doing);
    directories.addAll(recorded());
  }

  /** The directories that clusters were seen to have. */
  Set<Path> directories() {
    return directories;
  }

  /** The names of the files that clusters are written down in. */
  List<String> stateFiles() throws IOException {
    if (!Files.exists(state)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(state)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Whether a process is there and has not ended; in containers nobody may take note of that. */
  static boolean runs(long pid) {
    return ProcessHandle.of(pid).map(ProcessId::of).map(ProcessId::runs).orElse(false);
  }

  /** Kills a process and waits until it has gone. */
  static void kill(ProcessId process) throws Exception {
    process.kill();
    Eventually.see(Duration.ofSeconds(10), process::runs, runs -> !runs);
  }

  /** What is written down of a cluster, whole or not. */
  Optional<ClusterRecord> record(String name) {
    StateDirectory open = StateDirectory.open(state);
    try {
      return open.record(name);
    } finally {
      open.leave();
      open.close();
    }
  }

  /**
   * The processes that have to do with a directory in any way: in their arguments, environment, or
   * open files. Found in another way than the one that is tested.
   */
  static List<ProcessHandle> leftOf(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(process -> runs(process.pid()) && concerns(process, directory.toString()))
        .toList();
  }

  /** The arguments of a process, with blanks between them. */
  static String commandLine(ProcessHandle process) {
    return text(process, "cmdline").replace('\0', ' ');
  }

  private static boolean concerns(ProcessHandle process, String directory) {
    if (text(process, "cmdline").contains(directory)
        || text(process, "environ").contains(directory)) {
      return true;
    }
    Path open = Path.of("/proc", Long.toString(process.pid()), "fd");
    try (Stream<Path> files = Files.list(open)) {
      return files.anyMatch(file -> target(file).startsWith(directory));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String text(ProcessHandle process, String file) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    ray.close();
  }

  private List<Path> recorded() {
    StateDirectory open = StateDirectory.open(state);
    try {
      return open.records().stream().map(ClusterRecord::directory).toList();
    } finally {
      open.leave();
      open.close();
    }
  }
}
