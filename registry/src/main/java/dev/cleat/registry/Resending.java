// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides what may be done again with the next client after it failed with one: what was not sent,
 * and what does no harm twice, if its caller allows that. Never anything else, and only while there
 * is a next client, or will be.
 */
final class Resending {
  /**
   * How long a call that could not be sent waits to hear that its client is gone. The two come
   * together; this only bounds the wait should they not.
   */
  static final Duration END_LAG = Duration.ofSeconds(1);

  private final Clients clients;
  private final Supervisor supervisor;
  private final int most;

  Resending(Clients clients, Supervisor supervisor, int most) {
    this.clients = clients;
    this.supervisor = supervisor;
    this.most = most;
  }

  /** Whether what was done again so often may be done again once more. */
  boolean isLeft(int resends) {
    return resends < most;
  }

  /**
   * Whether a call that failed may be made again: it was not executed, or its tool does no harm
   * twice and its caller allows that.
   */
  boolean isHarmless(Generation generation, ToolCall call, McpException failure) {
    return isUnsent(failure)
        || failure instanceof McpException.OutcomeUnknown && isRepeatable(generation, call);
  }

  static boolean isUnsent(McpException failure) {
    return failure instanceof McpException.NotSent || failure instanceof McpException.Closed;
  }

  private boolean isRepeatable(Generation generation, ToolCall call) {
    if (!call.repeatable()) {
      return false;
    }
    Directory.Entry entry = clients.directory().entry(generation.namespace().value());
    Optional<Listing.Place> place =
        entry == null ? Optional.empty() : entry.listing().place(call.tool());
    return place
        .map(found -> found.listed().hints())
        .filter(hints -> hints.readOnly() || hints.idempotent())
        .isPresent();
  }

  /** Whether a client may just have ended, which will be known in a moment. */
  boolean mayBeEnding(Generation generation) {
    return clients.isCurrent(generation) && !generation.client().ended().isDone();
  }

  /** Whether there is another client now, or will be. */
  boolean hasSuccessor(Generation generation) {
    clients.lost(generation);
    return clients.isReplaced(generation)
        || generation.isLost() && supervisor.find(generation.namespace()) != null;
  }
}
