// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps all that a connection tells. */
class HttpTransportReceiver implements Connection.Receiver {
  private static final long PATIENCE_SECONDS = 20;

  /** One request will not be answered. */
  record Lost(Object id, boolean sent, String reason) {}

  /** A message on the channel of a request. */
  record OnChannel(Object requestId, Message message) {}

  /** The end. */
  record Ended(String reason) {}

  final List<Message.ErrorResponse> malformed = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

  @Override
  public @Nullable Runnable received(Message message) {
    told.add(message);
    return null;
  }

  @Override
  public @Nullable Runnable received(Message message, Object requestId) {
    boolean answer =
        !(message instanceof Message.Request || message instanceof Message.Notification);
    told.add(answer ? message : new OnChannel(requestId, message));
    return null;
  }

  @Override
  public void malformed(Message.ErrorResponse deserved) {
    malformed.add(deserved);
  }

  @Override
  public void lost(Object requestId, boolean sent, String reason) {
    told.add(new Lost(requestId, sent, reason));
  }

  @Override
  public void ended(String reason) {
    told.add(new Ended(reason));
  }

  /** The next thing that was told, which has to be of this kind. */
  <T> T next(Class<T> kind) throws InterruptedException {
    Object next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!kind.isInstance(next)) {
      throw new AssertionError("Expected " + kind.getSimpleName() + ", and it is " + next);
    }
    return kind.cast(next);
  }

  /** The next thing of this kind that was told; others are passed over. */
  <T> T skipTo(Class<T> kind) throws InterruptedException {
    while (true) {
      Object next = next(Object.class);
      if (kind.isInstance(next)) {
        return kind.cast(next);
      }
    }
  }

  /** Whether nothing more has been told. */
  boolean isSilent() {
    return told.isEmpty();
  }
}
