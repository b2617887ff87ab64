// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ClientSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A source that wants what a test tells it to want. */
final class Wanted implements ClientSource {
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Map<Namespace, ClientDefinition> desired = Map.of();
  private volatile Consumer<Map<Namespace, ClientDefinition>> listener = wanted -> {};

  /** Wants this one too, or instead. */
  Wanted with(String namespace, ClientDefinition definition) {
    Map<Namespace, ClientDefinition> next = new HashMap<>(desired);
    next.put(Namespace.of(namespace), definition);
    return set(next);
  }

  Wanted without(String namespace) {
    Map<Namespace, ClientDefinition> next = new HashMap<>(desired);
    next.remove(Namespace.of(namespace));
    return set(next);
  }

  private Wanted set(Map<Namespace, ClientDefinition> next) {
    desired = Map.copyOf(next);
    listener.accept(desired);
    return this;
  }

  boolean isClosed() {
    return closed.get();
  }

  @Override
  public String name() {
    return "wanted";
  }

  @Override
  public Map<Namespace, ClientDefinition> desired() {
    return desired;
  }

  @Override
  public void onChange(Consumer<Map<Namespace, ClientDefinition>> newListener) {
    listener = newListener;
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
