// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.spi.Message;
import org.jspecify.annotations.Nullable;

/**
 * Who is told how a request ends: at most once, by whoever has removed it from the {@link
 * PendingRequests}.
 */
interface Waiter {
  /**
   * The answer has come.
   *
   * @return the rest of the work, which may take time; null when there is none
   */
  @Nullable Runnable answered(Message answer);

  /** The connection could not get it answered. */
  void lost(boolean sent, String reason);

  /** This end does not want it answered any more. */
  void abandoned(RuntimeException why);

  /** The connection has ended. */
  void connectionEnded(String reason);

  /** Ends it if it is overdue; else says after how many nanoseconds to look again. */
  default long look(long now) {
    return Deadlines.NEVER;
  }
}
