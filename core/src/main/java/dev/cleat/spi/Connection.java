// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import dev.cleat.McpException;
import org.jspecify.annotations.Nullable;

/**
 * Carries JSON-RPC messages to and from one peer, whatever the wire.
 *
 * <p><b>Threads.</b> Any number of threads may send at once. Messages are given to the receiver one
 * after the other, in the order in which they came. What the receiver returns for one is run right
 * after it, in the same thread; while that goes on for long, the connection delivers further
 * messages through other threads. So a receiver may have a tool run there, and still holds up
 * nobody. A peer that sends over several channels at once, as over HTTP, has no one order: its
 * messages are delivered at once too.
 *
 * <p><b>Life cycle.</b> Made open and silent; {@link #start} begins delivery; {@link #close} may be
 * called at any time and again. {@link Receiver#ended} is called exactly once, after the last
 * message, also when the peer goes away by itself.
 */
public interface Connection extends AutoCloseable {
  /** Begins delivery. To be called once. */
  void start(Receiver receiver);

  /**
   * Takes a message for writing, and waits while too much is queued already. Messages of one thread
   * arrive in their order.
   *
   * @throws McpException.NotSent when the connection is closed or lost; nothing was written then
   * @throws McpException.TooLarge when it is over the limit; nothing was written, and the
   *     connection goes on
   */
  Receipt send(Message message);

  /**
   * Takes a message that is about a running request of the peer: progress, a log message, or a
   * question to the user. A connection with one channel for each request sends it on that one.
   *
   * @param requestId the id of the peer's request
   */
  default Receipt send(Message message, Object requestId) {
    return send(message);
  }

  /**
   * Has written what this thread has sent and a connection may have put off, to write it together
   * with more. To be called before this thread waits for an answer; nothing is put off for long
   * anyway.
   */
  default void flush() {}

  /**
   * Closes the channel of a running request of the peer, which comes back later for what follows.
   * Where the wire knows nothing of the kind, nothing happens.
   *
   * @param requestId the id of the peer's request
   */
  default void pause(Object requestId) {}

  /** Who the peer has proved to be; empty when it proved nothing. Always the same. */
  default String principal() {
    return "";
  }

  /** Ends it: what was taken is written as far as the peer lets it, then everything is given up. */
  @Override
  void close();

  /** What became of a message that was taken for writing. */
  interface Receipt {
    /** Of what leaves as soon as it is taken. */
    Receipt SENT =
        new Receipt() {
          @Override
          public boolean sent() {
            return true;
          }

          @Override
          public boolean withdraw() {
            return false;
          }
        };

    /** Whether its first byte may have left. Once true it stays so. */
    boolean sent();

    /** Takes it back. True when it will never be written, false when it may have been. */
    boolean withdraw();
  }

  /** Gets what arrives. Must not throw. */
  interface Receiver {
    /**
     * A message. Only what has to happen before the next one is looked at happens in here, and
     * takes no time; what may take time is returned.
     *
     * @return the rest of the work, which the connection runs exactly once; null when there is none
     */
    @Nullable Runnable received(Message message);

    /**
     * A message that came on the channel of a request of this side: progress of it, or a question.
     *
     * @param requestId the id of that request
     */
    default @Nullable Runnable received(Message message, Object requestId) {
      return received(message);
    }

    /**
     * Something that is no message. Delivery goes on.
     *
     * @param deserved the answer that it deserves, if this side answers
     */
    void malformed(Message.ErrorResponse deserved);

    /**
     * One request of this side will never be answered, while the connection goes on. Not for
     * connections whose end is the only way to lose an answer.
     *
     * @param sent whether the peer may have read it
     * @param reason for people
     */
    default void lost(Object requestId, boolean sent, String reason) {}

    /**
     * The peer is gone or the connection was closed; nothing more will come.
     *
     * @param reason for people: {@code the process exited with code 3}, and what it said last
     */
    void ended(String reason);
  }
}
