// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.spi.ClientSource;
import dev.cleat.spi.TransportProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Describes a registry: what it may use, what it should hold, and who wants to know.
 *
 * <p><b>Threads.</b> To be used by one thread.
 */
public final class RegistryBuilder {
  RegistryConfig config = RegistryConfig.defaults();
  Limits limits = Limits.defaults();
  ClientCapabilities callersAnswer = ClientCapabilities.NONE;
  final List<TransportProvider> transports = new ArrayList<>();
  ClassLoader classLoader = McpRegistry.class.getClassLoader();
  final List<ClientSource> sources = new ArrayList<>();
  final List<RegistryListener> listeners = new ArrayList<>();
  Supplier<Metering> metering = () -> Metering.NONE;

  RegistryBuilder() {}

  /** How clients are replaced. */
  public RegistryBuilder config(RegistryConfig newConfig) {
    config = requireNonNull(newConfig);
    return this;
  }

  /** Bounds of the connections. */
  public RegistryBuilder limits(Limits newLimits) {
    limits = requireNonNull(newLimits);
    return this;
  }

  /**
   * Says what the listeners of calls may be able to answer when a server asks. Servers of the older
   * era are told so while they are connected, and ask for nothing else.
   */
  public RegistryBuilder callersAnswer(ClientCapabilities capabilities) {
    callersAnswer = requireNonNull(capabilities);
    return this;
  }

  /** Adds a way to reach servers, which goes before those that are found. */
  public RegistryBuilder transport(TransportProvider transport) {
    transports.add(requireNonNull(transport));
    return this;
  }

  /** Where transports are looked for; by default where this class comes from. */
  public RegistryBuilder classLoader(ClassLoader loader) {
    classLoader = requireNonNull(loader);
    return this;
  }

  /**
   * Holds the clients that a source wants, as long as it wants them. The registry owns it, and
   * closes it.
   */
  public RegistryBuilder source(ClientSource source) {
    sources.add(requireNonNull(source));
    return this;
  }

  /** Tells somebody what happens to clients. */
  public RegistryBuilder listener(RegistryListener listener) {
    listeners.add(requireNonNull(listener));
    return this;
  }

  /** Measures calls and clients, by namespace. Micrometer has to be on the class path for this. */
  public RegistryBuilder meters(MeterRegistry registry) {
    requireNonNull(registry);
    metering = () -> new RegistryMeters(registry);
    return this;
  }

  /** Makes the registry, and begins to connect what its sources want. */
  public McpRegistry build() {
    McpRegistry registry = new McpRegistry(this);
    registry.parts().start();
    return registry;
  }
}
