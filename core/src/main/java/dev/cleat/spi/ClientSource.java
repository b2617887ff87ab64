// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.Namespace;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Says which clients a registry should hold: a configuration file, or what is found in a cluster.
 *
 * <p><b>Threads.</b> Any thread may call it. It calls its listener from one thread at a time.
 */
public interface ClientSource extends AutoCloseable {
  /** What it is called in messages. */
  String name();

  /** The clients that should exist now. */
  Map<Namespace, ClientDefinition> desired();

  /** Calls back with the whole new picture on each change, until it is closed. */
  default void onChange(Consumer<Map<Namespace, ClientDefinition>> listener) {}

  /** Stops watching. */
  @Override
  default void close() {}
}
