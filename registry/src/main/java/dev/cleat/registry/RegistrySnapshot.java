// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.mcp.PeerInfo;
import java.util.List;
import java.util.Optional;

/**
 * What a registry holds at one moment.
 *
 * @param clients the current ones by namespace, then those that are being replaced
 */
public record RegistrySnapshot(List<ClientView> clients) {
  /** Copies the list. */
  public RegistrySnapshot {
    clients = List.copyOf(clients);
  }

  /** What becomes of a client. */
  public enum State {
    /** Current and usable. */
    READY,
    /** Current, and its connection is lost. */
    LOST,
    /** No longer current, and finishing its calls. */
    DRAINING,
    /** Being closed. */
    CLOSING
  }

  /**
   * One client.
   *
   * @param namespace where it is or was registered
   * @param generation which registration it is; grows
   * @param state what becomes of it
   * @param holders leases and calls that hold it
   * @param peer who its server says it is
   * @param tools how many tools it has
   * @param lost why its connection was lost
   */
  public record ClientView(
      Namespace namespace,
      long generation,
      State state,
      long holders,
      PeerInfo peer,
      int tools,
      Optional<String> lost) {}
}
