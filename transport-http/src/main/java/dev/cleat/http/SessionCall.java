// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import org.jspecify.annotations.Nullable;

/**
 * One request of a session, and where its answer goes: into the response of its POST as one JSON
 * object, or to a stream of the session that the response carries. Guarded by the session's lock.
 */
final class SessionCall {
  final ServerExchange exchange;
  final Object requestId;
  final boolean initialize;
  final long began = System.nanoTime();

  // Null until something other than the answer has to be said, or it has taken long.
  @Nullable SessionStream stream;

  // While the session has only looked at it: what it refuses now, it has not executed.
  volatile boolean untouched = true;

  SessionCall(ServerExchange exchange, Object requestId, boolean initialize) {
    this.exchange = exchange;
    this.requestId = requestId;
    this.initialize = initialize;
  }
}
