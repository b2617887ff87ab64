// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import dev.cleat.ClientCapabilities;
import dev.cleat.guice.McpBinder;
import dev.cleat.guice.McpModule;
import dev.cleat.registry.RegistryListener;
import dev.cleat.spi.ToolSet;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;

/**
 * Wires the command: a registry that holds the tools of the providers, and keeps the servers
 * connected that the configuration wants.
 */
final class LauncherModule extends AbstractModule {
  /** Whoever is in front may answer any of it: an agent's client, or a person. */
  private static final ClientCapabilities ALL =
      new ClientCapabilities(true, true, true, true, true, true);

  private final Plugins plugins;
  private final ConfigSource source;
  private final Reload reload;
  private final Map<String, ToolSet> tools;
  private final RegistryListener news;
  private final Optional<MeterRegistry> meters;

  LauncherModule(
      Plugins plugins,
      ConfigSource source,
      Reload reload,
      Map<String, ToolSet> tools,
      RegistryListener news,
      Optional<MeterRegistry> meters) {
    this.plugins = plugins;
    this.source = source;
    this.reload = reload;
    this.tools = tools;
    this.news = news;
    this.meters = meters;
  }

  @Override
  protected void configure() {
    install(new McpModule());
    McpBinder mcp = McpBinder.of(binder());
    tools.forEach(mcp::tools);
    mcp.registry(registry -> registry.source(source).listener(news));
    meters.ifPresent(to -> mcp.registry(registry -> registry.meters(to)));
    OptionalBinder.newOptionalBinder(binder(), ClientCapabilities.class)
        .setBinding()
        .toInstance(ALL);
    bind(Plugins.class).toInstance(plugins);
    bind(CleatConfig.class).toInstance(source.current());
    bind(ConfigSource.class).toInstance(source);
    bind(Reload.class).toInstance(reload);
  }
}
