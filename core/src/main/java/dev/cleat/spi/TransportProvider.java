// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.Limits;
import dev.cleat.McpException;

/** A way to reach MCP servers; found by {@link java.util.ServiceLoader}. */
public interface TransportProvider {
  /** What it is called in messages, such as {@code stdio}. */
  String name();

  /** Whether this is the way to reach that server. */
  boolean handles(ClientDefinition definition);

  /**
   * Opens a connection, which the caller closes. Nothing is said on it yet.
   *
   * @param label names the connection in threads and logs
   * @throws McpException.ConnectFailed when it cannot be opened; nothing is left behind then
   */
  Connection open(String label, ClientDefinition definition, Limits limits);
}
