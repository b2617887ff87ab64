// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.Namespace;

/**
 * Something that has happened to a client of a registry, told to a {@link RegistryListener}.
 *
 * <p>An event says what was so when it was published. What is so now is in {@link
 * McpRegistry#snapshot}.
 *
 * @param namespace whose client it was
 * @param generation which registration of that namespace; grows, and is 0 where no client was made
 *     yet
 * @param kind what happened
 * @param detail why, or more about it, in words for a person; empty when the kind says it all, and
 *     never with a secret in it
 */
public record RegistryEvent(Namespace namespace, long generation, Kind kind, String detail) {
  /** Refuses what makes no sense. */
  public RegistryEvent {
    requireNonNull(namespace);
    requireNonNull(kind);
    requireNonNull(detail);
    if (generation < 0) {
      throw new IllegalArgumentException(
          "A generation is 0 for none, or above; it was " + generation + ".");
    }
  }

  /** What can happen. */
  public enum Kind {
    /** A client is being connected. */
    CONNECTING,
    /** A client became current: it is connected and its tools are listed. */
    READY,
    /** A client could not be connected. What was current stays. */
    CONNECT_FAILED,
    /** A client failed so often that it is tried again rarely, or when it is used. */
    CRASH_LOOP,
    /** A server wants authentication. It is not tried again before it is used or changed. */
    NEEDS_AUTH,
    /** The connection of the current client is gone. */
    LOST,
    /** The current client was not used for a while and is stopped; the next call starts it. */
    IDLE,
    /** The current client has other tools than before. */
    TOOLS_CHANGED,
    /** A client is no longer current, and finishes its calls. */
    DRAINING,
    /** A client did not finish its calls in time and is closed under them. */
    DRAIN_FORCED,
    /** A client that was current once is closed. */
    CLOSED,
    /** A namespace is no longer registered. */
    REMOVED,
    /** Too many calls of a client failed: the next ones are refused at once. */
    BREAKER_OPEN,
    /** One call is let through, to see whether the client works again. */
    BREAKER_HALF_OPEN,
    /** The client works again, and all calls are let through. */
    BREAKER_CLOSED,
    /** A lease was never closed by who acquired it, and has been released for it. */
    LEASE_LEAKED
  }
}
