// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import org.jspecify.annotations.Nullable;

/** What happens when the client of one response of a session is gone: the stream waits for it. */
final class StreamLoss implements Runnable {
  // The session's monitor is the lock of its streams.
  private final LegacySession session;
  private final SessionStream of;

  // Guarded by it; set right after the response was opened.
  @Nullable EventStream response;

  StreamLoss(LegacySession session, SessionStream of) {
    this.session = session;
    this.of = of;
  }

  @Override
  public void run() {
    synchronized (session) {
      EventStream lost = response;
      if (lost != null) {
        of.lost(lost);
      }
    }
  }
}
