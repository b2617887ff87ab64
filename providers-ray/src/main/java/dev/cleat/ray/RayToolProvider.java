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
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Tools for the jobs of a Ray cluster. Without a {@code dashboard} in the settings the tools are
 * there, and answer that none is configured.
 *
 * <p>Tools over a cluster that is reached in another way are made by {@link #toolsOf}.
 */
public final class RayToolProvider implements ToolProvider {
  private static final String DASHBOARD = "dashboard";
  private static final String TOKEN = "token";
  private static final String TOKEN_FILE = "tokenFile";
  private static final String REQUEST_TIMEOUT = "requestTimeout";

  /** Does nothing. */
  public RayToolProvider() {}

  @Override
  public String name() {
    return "ray";
  }

  @Override
  public String description() {
    return "Submits, watches and ends jobs on a Ray cluster, and reads its logs.";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of(
            DASHBOARD, "The address of the cluster's dashboard, such as http://127.0.0.1:8265."),
        Setting.secret(TOKEN, "The cluster's token, such as ${RAY_AUTH_TOKEN}."),
        Setting.of(TOKEN_FILE, "A file that holds the token, instead of token; read as needed."),
        Setting.of(
            REQUEST_TIMEOUT, "How long one request to the dashboard may take; 10s if not set."));
  }

  @Override
  public Availability availability(ProviderContext context) {
    Duration timeout = timeout(context.config());
    Duration quick = timeout.compareTo(Bounds.CONNECT) < 0 ? timeout : Bounds.CONNECT;
    try (RayCluster cluster = new RayCluster(backend(context.config()), quick, context.clock())) {
      RayCluster.About about = cluster.about();
      return new Availability.Available(
          "Ray " + about.rayVersion().orElse("?") + " at " + about.name());
    } catch (ToolFailure failure) {
      return new Availability.Unavailable(String.valueOf(failure.getMessage()), failure.hint());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Availability.Unavailable("The check was interrupted.", "Check again.");
    }
  }

  @Override
  public ToolSet open(ProviderContext context) {
    return toolsOf(
        backend(context.config()), timeout(context.config()), context.clock(), context.random());
  }

  /**
   * The same tools over any back end, which is closed with them.
   *
   * @param requestTimeout how long one request to the dashboard may take
   */
  public static ToolSet toolsOf(
      RayBackend backend, Duration requestTimeout, InstantSource clock, RandomGenerator random) {
    RayCluster cluster = new RayCluster(backend, requestTimeout, clock);
    LocalCommands commands =
        new LocalCommands(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    return ToolSet.builder()
        .tools(
            List.of(
                new CheckEnvironment(cluster, commands).tool(),
                new SubmitJob(cluster, random).tool(),
                new ListJobs(cluster).tool(),
                new InspectJob(cluster).tool(),
                new RetrieveLogs(cluster).tool(),
                new CancelJob(cluster).tool()))
        .readiness(cluster::readiness)
        .onClose(cluster::close)
        .build();
  }

  private static RayBackend backend(ProviderConfig config) {
    Optional<String> token = config.string(TOKEN);
    if (token.isPresent() && config.path(TOKEN_FILE).isPresent()) {
      throw config.wrong(TOKEN_FILE, "left out when token is set");
    }
    Optional<String> dashboard = config.string(DASHBOARD);
    if (dashboard.isEmpty()) {
      return new NoRay();
    }
    try {
      RemoteRay ray = RemoteRay.at(DashboardAddress.parse(dashboard.get()));
      if (token.isPresent()) {
        return ray.withToken(token.get());
      }
      return config.path(TOKEN_FILE).map(ray::withTokenFile).orElse(ray);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("providers.ray: " + e.getMessage());
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
