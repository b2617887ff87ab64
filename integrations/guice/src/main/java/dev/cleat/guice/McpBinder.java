// SPDX-License-Identifier: Apache-2.0
package dev.cleat.guice;

import static java.util.Objects.requireNonNull;

import com.google.inject.Binder;
import com.google.inject.Provider;
import com.google.inject.multibindings.Multibinder;
import dev.cleat.registry.RegistryBuilder;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Says what the registry of {@link McpModule} holds; to be used while a module is configured. Any
 * number of modules may use it.
 */
public final class McpBinder {
  private final Binder binder;
  private final Multibinder<Registration> registrations;
  private final Multibinder<Description> descriptions;

  private McpBinder(Binder binder) {
    this.binder = binder;
    registrations = Multibinder.newSetBinder(binder, Registration.class);
    descriptions = Multibinder.newSetBinder(binder, Description.class);
  }

  /** Adds to what other modules give. */
  public static McpBinder of(Binder binder) {
    return new McpBinder(binder.skipSources(McpBinder.class));
  }

  /** Opens a provider of tools, which then are called by their bare names. */
  public void provider(ToolProvider provider, Map<String, ?> settings) {
    requireNonNull(settings, "settings");
    add(
        registry ->
            registry.registerTools(
                provider.name(), provider.open(ProviderContext.of(provider, settings))));
  }

  /** Opens a provider that Guice makes. */
  public void provider(Class<? extends ToolProvider> type, Map<String, ?> settings) {
    requireNonNull(settings, "settings");
    Provider<? extends ToolProvider> made = binder.getProvider(type);
    add(
        registry -> {
          ToolProvider provider = made.get();
          registry.registerTools(
              provider.name(), provider.open(ProviderContext.of(provider, settings)));
        });
  }

  /** Holds tools that are open already, and closes them with the registry. */
  public void tools(String namespace, ToolSet tools) {
    add(registry -> registry.registerTools(namespace, tools));
  }

  /** Connects a client, whose tools then are called {@code namespace__tool}. */
  public void client(String namespace, ClientDefinition definition) {
    add(registry -> registry.register(namespace, definition));
  }

  /**
   * Says more about the registry while it is made: where its clients come from, who is told of them
   * and what measures them.
   */
  public void registry(Consumer<RegistryBuilder> setting) {
    descriptions.addBinding().toInstance(setting::accept);
  }

  private void add(Registration registration) {
    registrations.addBinding().toInstance(registration);
  }
}
