// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Connection;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.Request;

/**
 * Whether the first byte of a message has left, which is settled once: it was sent or it was taken
 * back. Thread-safe.
 */
final class Departure implements Connection.Receipt {
  /** Of what is done with already. */
  static final Connection.Receipt SETTLED = new Departure(State.SENT, () -> {});

  private enum State {
    WAITING,
    SENT,
    WITHDRAWN
  }

  private final AtomicReference<State> state;
  private final Runnable whenWithdrawn;

  private Departure(State first, Runnable whenWithdrawn) {
    state = new AtomicReference<>(first);
    this.whenWithdrawn = whenWithdrawn;
  }

  static Departure waiting(Runnable whenWithdrawn) {
    return new Departure(State.WAITING, whenWithdrawn);
  }

  /** To be called before a byte of the request is written. */
  void begins(Request http) {
    if (!state.compareAndSet(State.WAITING, State.SENT) && state.get() == State.WITHDRAWN) {
      abort(http, "withdrawn");
    }
  }

  @Override
  public boolean sent() {
    return state.get() == State.SENT;
  }

  @Override
  public boolean withdraw() {
    if (state.compareAndSet(State.WAITING, State.WITHDRAWN)) {
      whenWithdrawn.run();
    }
    return state.get() == State.WITHDRAWN;
  }

  /** Ends a request that nobody waits for any more. */
  static void abort(Request http, String why) {
    // Whether there was something left to abort makes no difference.
    CompletableFuture<Boolean> unused = http.abort(new CancellationException(why));
  }
}
