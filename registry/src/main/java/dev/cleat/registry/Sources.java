// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ClientSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells the supervisor what the sources of a registry want: what is new, what is defined
 * differently as a whole, and what is wanted no more. The rest is left alone.
 */
final class Sources implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Sources.class.getName());

  private final List<ClientSource> sources;
  private final Supervisor supervisor;

  // One picture at a time, so that two changes in a row are applied in their order.
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ClientSource, Map<Namespace, ClientDefinition>> before = new HashMap<>();
  private boolean closed;

  Sources(List<ClientSource> sources, Supervisor supervisor) {
    this.sources = List.copyOf(sources);
    this.supervisor = supervisor;
  }

  /** Begins to follow them. */
  void start() {
    for (ClientSource source : sources) {
      source.onChange(wanted -> apply(source, wanted));
      apply(source, source.desired());
    }
  }

  private void apply(ClientSource source, Map<Namespace, ClientDefinition> wanted) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      Map<Namespace, ClientDefinition> last = before.getOrDefault(source, Map.of());
      before.put(source, Map.copyOf(wanted));
      wanted.forEach(
          (namespace, definition) -> {
            if (!definition.equals(last.get(namespace))) {
              supervisor.want(namespace, definition, source);
            }
          });
      for (Namespace namespace : last.keySet()) {
        if (!wanted.containsKey(namespace)) {
          boolean unused = supervisor.remove(namespace, Optional.of(source));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Stops to follow them, and closes them. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    for (ClientSource source : sources) {
      try {
        source.close();
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, () -> "Closing the source " + source.name() + " failed", e);
      }
    }
  }
}
