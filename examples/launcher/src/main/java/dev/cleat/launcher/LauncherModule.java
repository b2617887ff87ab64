// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import dev.cleat.ClientCapabilities;
import dev.cleat.guice.McpBinder;
import dev.cleat.guice.McpModule;
import dev.cleat.spi.ToolSet;
import java.util.Map;

/** Wires the command: a registry that holds the tools of the providers. */
final class LauncherModule extends AbstractModule {
  /** Whoever is in front may answer any of it: an agent's client, or a person. */
  private static final ClientCapabilities ALL =
      new ClientCapabilities(true, true, true, true, true, true);

  private final Plugins plugins;
  private final CleatConfig config;
  private final Map<String, ToolSet> tools;

  LauncherModule(Plugins plugins, CleatConfig config, Map<String, ToolSet> tools) {
    this.plugins = plugins;
    this.config = config;
    this.tools = tools;
  }

  @Override
  protected void configure() {
    install(new McpModule());
    McpBinder mcp = McpBinder.of(binder());
    tools.forEach(mcp::tools);
    OptionalBinder.newOptionalBinder(binder(), ClientCapabilities.class)
        .setBinding()
        .toInstance(ALL);
    bind(Plugins.class).toInstance(plugins);
    bind(CleatConfig.class).toInstance(config);
  }
}
