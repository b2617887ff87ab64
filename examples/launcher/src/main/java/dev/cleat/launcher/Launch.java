// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ToolSet;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;

/**
 * What a command works with: the configuration, and a registry that holds the providers' tools and
 * gets the upstream servers as far as the command wants them. Whoever opens it closes it.
 */
final class Launch implements AutoCloseable {
  private final Plugins plugins;
  private final CleatConfig config;
  private final McpRegistry registry;
  private final Upstreams upstreams;

  @Inject
  Launch(
      Plugins plugins,
      CleatConfig config,
      McpRegistry registry,
      ConfigSource source,
      Reload reload) {
    this.plugins = plugins;
    this.config = config;
    this.registry = registry;
    upstreams = new Upstreams(registry, source);
    reload.bringTo(registry);
  }

  /**
   * Reads the configuration and opens the providers.
   *
   * @throws dev.cleat.spi.ConfigException when the configuration is wrong
   */
  static Launch open(Host host, CommonOptions options) {
    return open(host, options, Optional.empty());
  }

  /**
   * The same, measured.
   *
   * @param meters gets what the registry measures
   */
  static Launch open(Host host, CommonOptions options, Optional<MeterRegistry> meters) {
    options.applyVerbosity();
    Plugins plugins = Plugins.discover();
    Reload reload = new Reload(plugins, host);
    ConfigSource source =
        ConfigSource.open(
            ConfigFile.find(options.config(), host).found(),
            host,
            plugins.providers(),
            ConfigSource.Pace.USUAL,
            reload);
    Map<String, ToolSet> tools = plugins.open(source.current(), host);
    try {
      return Guice.createInjector(
              Stage.PRODUCTION,
              new LauncherModule(
                  plugins, source, reload, tools, new UpstreamNews(host::tell), meters))
          .getInstance(Launch.class);
    } catch (ProvisionException e) {
      source.close();
      tools.values().forEach(ToolSet::close);
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  Plugins plugins() {
    return plugins;
  }

  CleatConfig config() {
    return config;
  }

  McpRegistry registry() {
    return registry;
  }

  Upstreams upstreams() {
    return upstreams;
  }

  @Override
  public void close() {
    registry.close();
  }
}
