// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import dev.cleat.Limits;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Connection;
import dev.cleat.spi.TransportProvider;

/**
 * Reaches servers that are commands: starts them as child processes and speaks over their streams.
 */
public final class CommandTransport implements TransportProvider {
  /** Made by {@link java.util.ServiceLoader}, or by hand. */
  public CommandTransport() {}

  @Override
  public String name() {
    return "stdio";
  }

  @Override
  public boolean handles(ClientDefinition definition) {
    return definition.command().isPresent();
  }

  @Override
  public Connection open(String label, ClientDefinition definition, Limits limits) {
    return ChildConnection.start(label, definition, limits);
  }
}
