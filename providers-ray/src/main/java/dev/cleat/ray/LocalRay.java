// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Clusters of processes of this machine. What there is is written down in a directory of the user,
 * so every JVM of that user sees, uses and stops all of them, also after the one that started a
 * cluster was killed.
 *
 * <p>What is started wants a token. All its ports but those that were asked for are picked by the
 * kernel.
 *
 * <p><b>Threads.</b> Any number at once; one change of a cluster at a time, over all JVMs.
 *
 * <p><b>Life cycle.</b> {@link #close} ends the clusters that this JVM started, unless they are to
 * be kept, or another one is open on the same directory in this JVM: a new configuration is opened
 * before the old one is closed. What another launcher began and did not finish, because it was
 * killed, is ended in the background when this opens or looks at what there is.
 */
final class LocalRay implements RayBackend {
  /** For another change of the same cluster to be done. */
  private static final Duration LOCK = Duration.ofSeconds(30);

  /** For all clusters that are ended on close; each can take half a minute at worst. */
  private static final Duration CLOSE = Duration.ofSeconds(60);

  private final Settings settings;
  private final StateDirectory state;
  private final RayCommand ray;
  private final AtomicBoolean closed = new AtomicBoolean();
  // At most one that cleans up, in the background. Guarded by itself.
  private final List<Thread> janitor = new ArrayList<>();

  /**
   * How it works.
   *
   * @param rayCommand the {@code ray} command, if it is not to be looked for on the {@code PATH}
   * @param stateDirectory where clusters are written down
   * @param keepClusters whether clusters go on when this is closed
   * @param passed names of variables of this process that nodes get, too; one may end with *
   * @param environment more of the environment of what is started
   * @param requestTimeout how long one request to a dashboard may take
   * @param clock tells the time
   * @param random makes tokens, so it must not be guessable
   */
  record Settings(
      Optional<Path> rayCommand,
      Path stateDirectory,
      boolean keepClusters,
      List<String> passed,
      Map<String, String> environment,
      Duration requestTimeout,
      InstantSource clock,
      RandomGenerator random) {
    Settings {
      requireNonNull(rayCommand, "rayCommand");
      requireNonNull(stateDirectory, "stateDirectory");
      passed = List.copyOf(passed);
      environment = Map.copyOf(environment);
      requireNonNull(requestTimeout, "requestTimeout");
      requireNonNull(clock, "clock");
      requireNonNull(random, "random");
    }

    /** Where clusters are written down unless something else is said, as XDG has it. */
    static Path defaultStateDirectory(Map<String, String> environment) {
      String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
      Path home = Path.of(System.getProperty("user.home", "."));
      Path base = xdg.startsWith("/") ? Path.of(xdg) : home.resolve(".local").resolve("state");
      return base.resolve("cleat").resolve("ray");
    }
  }

  private LocalRay(Settings settings, StateDirectory state) {
    this.settings = settings;
    this.state = state;
    this.ray = new RayCommand(settings.rayCommand(), settings.passed(), settings.environment());
  }

  /** Opens it. Nothing is started, and nothing is written before something is. */
  static LocalRay open(Settings settings) {
    LocalRay local = new LocalRay(settings, StateDirectory.open(settings.stateDirectory()));
    local.targets();
    return local;
  }

  @Override
  public RayKind kind() {
    return RayKind.LOCAL;
  }

  @Override
  public List<RayTarget> targets() {
    List<RayTarget> targets = new ArrayList<>();
    boolean waste = false;
    for (ClusterRecord record : state.records()) {
      waste = waste || (isWaste(record) && !state.isHeldHere(record.name()));
      if (record.machine().isHere() && record.phase() != ClusterRecord.Phase.STARTING) {
        targets.add(new LocalCluster(record, state));
      }
    }
    if (waste) {
      cleanInBackground();
    }
    return List.copyOf(targets);
  }

  private void cleanInBackground() {
    synchronized (janitor) {
      janitor.removeIf(thread -> !thread.isAlive());
      if (janitor.isEmpty() && !closed.get()) {
        Thread thread = new Thread(this::clean, "cleat-ray-clean");
        thread.setDaemon(true);
        thread.start();
        janitor.add(thread);
      }
    }
  }

  @Override
  public RayTarget start(ClusterRequest request, Steps steps) throws InterruptedException {
    Steps untilClosed =
        (done, total, doing) -> {
          if (closed.get()) {
            throw new ToolFailure(
                FailureKind.CANCELLED, "The server is closing: no cluster is started.", "");
          }
          steps.at(done, total, doing);
        };
    return new ClusterStart(settings, state, ray, request, untilClosed).run();
  }

  @Override
  public ClusterEnd stop(RayTarget target, Steps steps) throws InterruptedException {
    LocalCluster cluster = ours(target);
    StateDirectory.Held lock = state.lock(cluster.name(), LOCK);
    try (lock) {
      ClusterRecord record = current(cluster);
      int total = record.nodes().size() + 1;
      int[] done = {0};
      return remove(state, record, doing -> steps.at(Math.min(done[0]++, total), total, doing));
    }
  }

  @Override
  public ClusterScaled scale(RayTarget target, ScaleRequest request, Steps steps)
      throws InterruptedException {
    LocalCluster cluster = ours(target);
    StateDirectory.Held lock = state.lock(cluster.name(), LOCK);
    try (lock) {
      return new ClusterScale(settings, state, ray, current(cluster), request, steps).run();
    }
  }

  @Override
  public void killSupervisor(RayTarget target, String actorName) throws InterruptedException {
    LocalCluster cluster = ours(target);
    SupervisorKill.run(ray, cluster, actorName);
  }

  /**
   * Ends a cluster and forgets it, unless something of it is left. Its lock is held.
   *
   * @param doing is told what is done next; what it throws is thrown once all is done
   */
  static ClusterEnd remove(StateDirectory state, ClusterRecord record, Consumer<String> doing) {
    // What never was whole is never listed, not even while it is ended.
    boolean listed = record.phase() != ClusterRecord.Phase.STARTING;
    ClusterRecord ending =
        record.in(listed ? ClusterRecord.Phase.ENDING : ClusterRecord.Phase.STARTING);
    Deferring telling = new Deferring(doing);
    try {
      state.save(ending);
    } catch (ToolFailure e) {
      // A disk that is full must not keep processes alive.
    }
    ClusterEnd end = Ending.all(ending, telling);
    if (end.allGone()) {
      end = forget(state, ending, end);
    }
    telling.rethrow();
    return end;
  }

  private static ClusterEnd forget(StateDirectory state, ClusterRecord ending, ClusterEnd end) {
    if (LocalFiles.delete(ending)) {
      state.delete(ending.name());
      return end;
    }
    List<ClusterEnd.Part> parts = new ArrayList<>(end.parts());
    parts.add(
        new ClusterEnd.Part(
            ending.directory().toString(), ClusterEnd.How.LEFT, "it cannot be deleted"));
    return new ClusterEnd(false, parts);
  }

  private static LocalCluster ours(RayTarget target) {
    if (target instanceof LocalCluster cluster) {
      return cluster;
    }
    throw new ToolFailure(
        FailureKind.UNSUPPORTED, target.name() + " is not a cluster of this machine.", "");
  }

  /** The cluster as it is now; of the same start as when it was looked up. */
  private ClusterRecord current(LocalCluster cluster) {
    return state
        .record(cluster.name())
        .filter(record -> record.directory().equals(cluster.record().directory()))
        .orElseThrow(
            () ->
                ToolFailure.notFound(
                    "The Ray cluster " + cluster.name() + " is not there any more.",
                    "list_ray_clusters shows what there is."));
  }

  /** Ends what was begun and given up, and forgets what ended by itself. */
  private void clean() {
    try {
      for (ClusterRecord record : state.records()) {
        if (closed.get()) {
          return;
        }
        if (isWaste(record)) {
          clean(record.name());
        }
      }
    } catch (ToolFailure e) {
      // Whoever uses the directory next is told.
    }
  }

  private void clean(String name) {
    state
        .tryLock(name)
        .ifPresent(
            lock -> {
              try (lock) {
                state
                    .record(name)
                    .filter(LocalRay::isWaste)
                    .ifPresent(record -> remove(state, record, doing -> {}));
              }
            });
  }

  /** Whether it is there for nobody: begun and given up, or ended by itself. */
  static boolean isWaste(ClusterRecord record) {
    boolean seen = record.machine().isHere() || record.machine().isHereEarlier();
    return seen && (record.isAbandoned() || record.isForgotten());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean last = state.leave();
    try {
      if (last && !settings.keepClusters()) {
        endOwn();
      }
    } finally {
      state.close();
    }
  }

  private void endOwn() {
    List<Thread> threads = new ArrayList<>();
    for (ClusterRecord record : state.records()) {
      if (record.owner().equals(ProcessId.self()) && record.machine().isHere()) {
        Thread thread = new Thread(() -> end(record.name()), "cleat-ray-stop-" + record.name());
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
      }
    }
    synchronized (janitor) {
      threads.addAll(janitor);
    }
    Patience.until(CLOSE, () -> threads.stream().noneMatch(Thread::isAlive));
  }

  private void end(String name) {
    try {
      StateDirectory.Held lock = state.lock(name, LOCK);
      try (lock) {
        state
            .record(name)
            .filter(record -> record.owner().equals(ProcessId.self()))
            .ifPresent(record -> remove(state, record, doing -> {}));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ToolFailure e) {
      // Its record stays, and the next launcher ends it.
    }
  }
}
