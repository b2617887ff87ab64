// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import org.jspecify.annotations.Nullable;

/** What becomes of messages within the process: to send one is to deliver it. */
final class Delivered {
  private Delivered() {}

  /** Gives the receiver a message, and does what comes of it in this thread. */
  static void deliver(Connection.Receiver to, Message message) {
    @Nullable Runnable rest = to.received(message);
    if (rest != null) {
      rest.run();
    }
  }
}
