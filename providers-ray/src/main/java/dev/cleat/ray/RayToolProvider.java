// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.ToolFailure;
import dev.cleat.spi.Availability;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ProviderConfig;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Setting;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import dev.cleat.spi.ToolSetBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Tools for Ray clusters, their jobs and their state: those that are started here, those that are
 * connected to, and the one whose {@code dashboard} is in the settings.
 *
 * <p>Tools over clusters that are run in another way are made by {@link #toolsOf}.
 */
public final class RayToolProvider implements ToolProvider {
  private static final String DASHBOARD = "dashboard";
  private static final String TOKEN = "token";
  private static final String TOKEN_FILE = "tokenFile";
  private static final String REQUEST_TIMEOUT = "requestTimeout";
  private static final String ALLOWED = "allowedDashboards";
  private static final String WORKING_DIR_ROOTS = "workingDirRoots";
  private static final String RAY_COMMAND = "rayCommand";
  private static final String STATE_DIRECTORY = "stateDirectory";
  private static final String PASS_ENVIRONMENT = "passEnvironment";
  private static final String KEEP_CLUSTERS = "keepClusters";

  /** Does nothing. */
  public RayToolProvider() {}

  @Override
  public String name() {
    return "ray";
  }

  @Override
  public String description() {
    return "Starts and stops Ray clusters, runs jobs on them, and explains what they do.";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of(
            DASHBOARD, "The address of the cluster's dashboard, such as http://127.0.0.1:8265."),
        Setting.secret(TOKEN, "The cluster's token, such as ${RAY_AUTH_TOKEN}."),
        Setting.of(TOKEN_FILE, "A file that holds the token, instead of token; read as needed."),
        Setting.of(
            REQUEST_TIMEOUT, "How long one request to the dashboard may take; 10s if not set."),
        Setting.of(
            ALLOWED,
            "Which dashboards init_ray_cluster may connect to beside those of this machine: hosts,"
                + " *.domains, addresses and ranges, such as [\"10.0.0.0/8\"]."),
        Setting.of(
            WORKING_DIR_ROOTS,
            "Directories below which a job's working_dir may lie, such as [\"~/projects\"]; the"
                + " directory that this runs in if not set."),
        Setting.of(
            RAY_COMMAND,
            "The ray command that starts clusters on this machine, such as ~/venv/bin/ray; looked"
                + " for on PATH if not set."),
        Setting.of(
            STATE_DIRECTORY,
            "Where clusters of this machine are written down; ~/.local/state/cleat/ray if not set."),
        Setting.of(
            PASS_ENVIRONMENT,
            "Variables of this process that clusters started here get besides what Python, Ray and"
                + " GPUs need, such as [\"AWS_*\"]; any job can read them."),
        Setting.of(
            KEEP_CLUSTERS,
            "true: clusters that were started here go on when this ends, and are found again; else"
                + " they end with it."));
  }

  @Override
  public Availability availability(ProviderContext context) {
    Duration timeout = timeout(context.config());
    Duration quick = timeout.compareTo(Bounds.CONNECT) < 0 ? timeout : Bounds.CONNECT;
    if (context.config().string(DASHBOARD).isEmpty()) {
      return local(context.config());
    }
    try (Clusters clusters =
        new Clusters(List.of(remote(context.config())), quick, context.clock())) {
      RayCluster.About about = clusters.find(Target.only()).about();
      return new Availability.Available(
          "Ray " + about.rayVersion().orElse("?") + " at " + about.name());
    } catch (ToolFailure failure) {
      return new Availability.Unavailable(String.valueOf(failure.getMessage()), failure.hint());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Availability.Unavailable("The check was interrupted.", "Check again.");
    }
  }

  /** Whether clusters can be started here, where none is configured. */
  private static Availability local(ProviderConfig config) {
    try {
      Path ray = new RayCommand(config.path(RAY_COMMAND), List.of(), Map.of()).executable();
      return new Availability.Available(
          "init_ray_cluster starts clusters with " + ray + "; no dashboard is configured");
    } catch (ToolFailure failure) {
      return new Availability.Unavailable(
          "No Ray dashboard is configured. " + failure.getMessage(), Clusters.HOW_TO_GET_ONE);
    }
  }

  @Override
  public ToolSet open(ProviderContext context) {
    ProviderConfig config = context.config();
    return tools(
        new Clusters(List.of(local(context), remote(config)), timeout(config), context.clock()),
        allowed(config),
        workingDirs(config),
        config.path(RAY_COMMAND),
        context.random());
  }

  /**
   * The same tools over any back ends, which are closed with them. Of dashboards that no back end
   * knows, only those of this machine may be connected to; code comes from the directory that this
   * runs in.
   *
   * @param backends at most one of each kind
   * @param requestTimeout how long one request to the dashboard may take
   */
  public static ToolSet toolsOf(
      List<RayBackend> backends,
      Duration requestTimeout,
      InstantSource clock,
      RandomGenerator random) {
    return tools(
        new Clusters(backends, requestTimeout, clock),
        AllowedAddresses.of(List.of()),
        WorkingDirs.ofThisProcess(),
        Optional.empty(),
        random);
  }

  private static ToolSet tools(
      Clusters clusters,
      AllowedAddresses allowed,
      WorkingDirs workingDirs,
      Optional<Path> rayCommand,
      RandomGenerator random) {
    LocalCommands commands =
        new LocalCommands(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    ToolSetBuilder set = ToolSet.builder();
    RayPrompts.all(clusters).forEach(set::prompt);
    RayResources.all(clusters).forEach(set::template);
    return set.tool(new CheckEnvironment(clusters, commands, rayCommand).tool())
        .tools(ClusterTools.over(clusters, allowed))
        .tools(JobTools.over(clusters, random, workingDirs))
        .tools(StateTools.over(clusters))
        .readiness(clusters::readiness)
        .onClose(clusters::close)
        .build();
  }

  private static RemoteBackend remote(ProviderConfig config) {
    Optional<String> token = config.string(TOKEN);
    if (token.isPresent() && config.path(TOKEN_FILE).isPresent()) {
      throw config.wrong(TOKEN_FILE, "left out when token is set");
    }
    Optional<String> dashboard = config.string(DASHBOARD);
    if (dashboard.isEmpty()) {
      return RemoteBackend.without();
    }
    try {
      RemoteRay ray = RemoteRay.at(DashboardAddress.parse(dashboard.get()));
      if (token.isPresent()) {
        return RemoteBackend.with(ray.withToken(token.get()));
      }
      return RemoteBackend.with(config.path(TOKEN_FILE).map(ray::withTokenFile).orElse(ray));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("providers.ray: " + e.getMessage());
    }
  }

  private static LocalRay local(ProviderContext context) {
    ProviderConfig config = context.config();
    Map<String, String> environment = System.getenv();
    return LocalRay.open(
        new LocalRay.Settings(
            config.path(RAY_COMMAND),
            config
                .path(STATE_DIRECTORY)
                .orElseGet(() -> LocalRay.Settings.defaultStateDirectory(environment)),
            config.bool(KEEP_CLUSTERS).orElse(false),
            config.strings(PASS_ENVIRONMENT).orElse(List.of()),
            Map.of(),
            timeout(config),
            context.clock(),
            context.random()));
  }

  private static WorkingDirs workingDirs(ProviderConfig config) {
    return config
        .paths(WORKING_DIR_ROOTS)
        .map(WorkingDirs::below)
        .orElseGet(WorkingDirs::ofThisProcess);
  }

  private static AllowedAddresses allowed(ProviderConfig config) {
    try {
      return AllowedAddresses.of(config.strings(ALLOWED).orElse(List.of()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static Duration timeout(ProviderConfig config) {
    Duration timeout = config.duration(REQUEST_TIMEOUT).orElse(Bounds.REQUEST);
    if (timeout.isZero() || timeout.isNegative()) {
      throw config.wrong(REQUEST_TIMEOUT, "above zero");
    }
    return timeout;
  }
}
