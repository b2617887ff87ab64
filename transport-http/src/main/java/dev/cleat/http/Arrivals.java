// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Message;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one channel on their way to the receiver, in order.
 *
 * <p>An answer with nothing before it is handed over at once, in the thread that read it, because
 * all it does is wake who waits for it. Anything else may run a listener of the embedder, and so
 * goes through another thread; when too much waits for that, no more is read from the channel.
 */
final class Arrivals {
  /** Messages that wait before the channel is read no further. One buffer's worth may be added. */
  private static final int MAX_WAITING = 64;

  private final Executor executor;
  private final Consumer<Message> receiver;

  // Both guarded by the queue, as is the queue.
  private final Queue<Message> queue = new ArrayDeque<>();
  private boolean draining;
  private @Nullable Runnable demand;

  Arrivals(Executor executor, Consumer<Message> receiver) {
    this.executor = executor;
    this.receiver = receiver;
  }

  /** Takes a message. Called by one thread at a time. */
  void add(Message message) {
    boolean isAnswer =
        message instanceof Message.Response || message instanceof Message.ErrorResponse;
    synchronized (queue) {
      if (draining || !isAnswer) {
        queue.add(message);
        if (draining) {
          return;
        }
        draining = true;
      }
    }
    if (isAnswer) {
      receiver.accept(message);
      return;
    }
    try {
      executor.execute(this::drain);
    } catch (RejectedExecutionException closed) {
      // The connection has been closed, and its receiver knows.
    }
  }

  /** Asks for more as soon as not too much waits. */
  void whenRoom(Runnable more) {
    synchronized (queue) {
      if (queue.size() >= MAX_WAITING) {
        demand = more;
        return;
      }
    }
    more.run();
  }

  private void drain() {
    while (true) {
      Message message;
      Runnable more = null;
      synchronized (queue) {
        message = queue.poll();
        if (message == null) {
          draining = false;
          return;
        }
        if (queue.isEmpty()) {
          more = demand;
          demand = null;
        }
      }
      receiver.accept(message);
      if (more != null) {
        more.run();
      }
    }
  }
}
