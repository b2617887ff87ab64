// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.mcp.PeerInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a registry holds at one moment.
 *
 * @param clients one for each namespace, in their order; then those that have been replaced and are
 *     not closed yet
 */
public record RegistrySnapshot(List<ClientView> clients) {
  /** Copies the list. */
  public RegistrySnapshot {
    clients = List.copyOf(clients);
  }

  /** The current client of a namespace. */
  public Optional<ClientView> client(String namespace) {
    return clients.stream()
        .filter(view -> view.namespace().value().equals(namespace) && view.state().isCurrent())
        .findFirst();
  }

  /** What becomes of a client. */
  public enum State {
    /** Wanted, and being connected. */
    CONNECTING,
    /** Current and usable. */
    READY,
    /** Current, and stopped because nobody used it; the next call starts it again. */
    IDLE,
    /** Not connected; tried again soon. */
    BACKOFF,
    /** Not connected, after many failures in a row; tried again now and then, and when used. */
    CRASH_LOOP,
    /** Not connected, because its server wants authentication; tried again when used. */
    NEEDS_AUTH,
    /** Current, and its connection is lost for good: nobody has said how to connect it again. */
    LOST,
    /** No longer current, and finishing its calls. */
    DRAINING,
    /** No longer current, and being closed. */
    CLOSING;

    /** Whether it stands for its namespace. */
    public boolean isCurrent() {
      return compareTo(DRAINING) < 0;
    }
  }

  /**
   * One client.
   *
   * @param namespace where it is or was registered
   * @param generation which registration it is; grows, and 0 when it has never been connected
   * @param state what becomes of it
   * @param holders leases and calls that hold it
   * @param peer who its server says it is, once it has been connected
   * @param tools how many tools it has
   * @param trouble why it is not connected, or could not be replaced
   * @param failures how often in a row it could not be connected or kept
   * @param nextAttempt in how long it will be connected again, when that is settled
   * @param inFlight calls of its namespace that run
   * @param queued calls of its namespace that wait for their turn
   * @param breaker whether calls of its namespace are let through
   */
  public record ClientView(
      Namespace namespace,
      long generation,
      State state,
      long holders,
      Optional<PeerInfo> peer,
      int tools,
      Optional<String> trouble,
      int failures,
      Optional<Duration> nextAttempt,
      int inFlight,
      int queued,
      BreakerState breaker) {}
}
