// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.ServedTool;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** All tools of a registry, to be served: what makes a gateway of it. */
final class RegistryToolSet implements ToolSet {
  private static final Logger LOG = System.getLogger(RegistryToolSet.class.getName());

  private final McpRegistry registry;
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  RegistryToolSet(McpRegistry registry) {
    this.registry = registry;
  }

  @Override
  public List<ServedTool> tools() {
    return registry.directory().places().stream().map(this::served).toList();
  }

  @Override
  public Optional<ServedTool> find(String name) {
    return registry.directory().tool(name).map(this::served);
  }

  @Override
  public void onChange(ChangeListener listener) {
    listeners.add(listener);
  }

  /** What the clients say, and that a client is lost. */
  @Override
  public List<Readiness> readiness() {
    return registry.directory().clients().stream()
        .flatMap(generation -> generation.readiness().stream())
        .toList();
  }

  /** Tells all listeners; one that throws does not keep the others from hearing. */
  void changed() {
    for (ChangeListener listener : listeners) {
      try {
        listener.changed(Catalog.TOOLS);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "A listener for changed tools failed", e);
      }
    }
  }

  /** Finds the client anew for each call, so that a call goes to the current one. */
  private ServedTool served(Directory.Place place) {
    return new ServedTool(
        place.listed(),
        (call, context) -> registry.callTool(place.namespace(), call.withTool(place.tool())));
  }
}
