// SPDX-License-Identifier: Apache-2.0
package dev.cleat.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.registry.McpRegistry;
import dev.cleat.registry.RegistryBuilder;
import java.util.Set;

/**
 * Binds one {@link McpRegistry}, which holds what modules give to {@link McpBinder}.
 *
 * <pre>{@code
 * Injector injector = Guice.createInjector(new McpModule(), new AbstractModule() {
 *   @Override
 *   protected void configure() {
 *     McpBinder mcp = McpBinder.of(binder());
 *     mcp.provider(new NvmlToolProvider(), Map.of("source", "simulated:h100x8"));
 *     mcp.client("time", ClientDefinition.command("uvx", "mcp-server-time"));
 *   }
 * });
 * try (McpRegistry registry = injector.getInstance(McpRegistry.class)) {
 *   registry.callTool("get_gpu_health", Map.of());
 * }
 * }</pre>
 *
 * <p>The registry is made, and its clients are connected, when it is asked for the first time.
 * Other {@link Limits} than the defaults are set with Guice's {@code OptionalBinder}; so is what
 * the listeners of calls can answer, {@link ClientCapabilities}.
 *
 * <p><b>Life cycle.</b> Guice closes nothing: the application closes the registry, and everything
 * in it is closed with it. Leases are short and are never bound.
 *
 * <p><b>Errors.</b> When something cannot be opened or connected, what was opened is closed again,
 * and Guice's {@code ProvisionException} has the reason as its cause.
 */
public final class McpModule extends AbstractModule {
  /** Several of it in one injector count as one. */
  public McpModule() {}

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), Registration.class);
    Multibinder.newSetBinder(binder(), Description.class);
    OptionalBinder.newOptionalBinder(binder(), Limits.class)
        .setDefault()
        .toInstance(Limits.defaults());
    OptionalBinder.newOptionalBinder(binder(), ClientCapabilities.class)
        .setDefault()
        .toInstance(ClientCapabilities.NONE);
  }

  @Provides
  @Singleton
  McpRegistry registry(
      Set<Registration> registrations,
      Set<Description> descriptions,
      Limits limits,
      ClientCapabilities callersAnswer) {
    RegistryBuilder described = McpRegistry.builder().limits(limits).callersAnswer(callersAnswer);
    descriptions.forEach(description -> description.describe(described));
    McpRegistry registry = described.build();
    try {
      registrations.forEach(registration -> registration.enter(registry));
      return registry;
    } catch (RuntimeException | Error e) {
      registry.close();
      throw e;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof McpModule;
  }

  @Override
  public int hashCode() {
    return McpModule.class.hashCode();
  }
}
