// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose other end is played by a test, message by message. What a receiver returns is
 * run in a thread of its own, as by a connection whose readers are held up.
 */
final class ScriptedPeer implements Connection {
  private static final long PATIENCE_SECONDS = 20;

  private final BlockingQueue<Message> sent = new LinkedBlockingQueue<>();
  private final Queue<Message> queued = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Receiver receiver;
  private final AtomicBoolean hasLeft = new AtomicBoolean();
  private volatile boolean holdsBack;

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public Receipt send(Message message) {
    boolean held = holdsBack;
    (held ? queued : sent).add(message);
    return new Receipt() {
      @Override
      public boolean sent() {
        return !held;
      }

      @Override
      public boolean withdraw() {
        return held && queued.remove(message);
      }
    };
  }

  @Override
  public void close() {
    leave("it was closed");
  }

  /** From now on what the client sends stays in a queue, from which it can be taken back. */
  void holdBack() {
    holdsBack = true;
  }

  void leave(String reason) {
    if (hasLeft.compareAndSet(false, true)) {
      receiver().ended(reason);
    }
  }

  boolean isStarted() {
    return receiver != null;
  }

  Receiver receiver() {
    Receiver now = receiver;
    assertThat(now).as("a started connection").isNotNull();
    return now;
  }

  // What the client has sent.

  Message next() throws InterruptedException {
    Message message = sent.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(message).as("a message").isNotNull();
    return message;
  }

  Message.Request request(String method) throws InterruptedException {
    Message message = next();
    assertThat(message)
        .isInstanceOfSatisfying(
            Message.Request.class, request -> assertThat(request.method()).isEqualTo(method));
    return (Message.Request) message;
  }

  Message.Notification notification(String method) throws InterruptedException {
    Message message = next();
    assertThat(message)
        .isInstanceOfSatisfying(
            Message.Notification.class, told -> assertThat(told.method()).isEqualTo(method));
    return (Message.Notification) message;
  }

  /** Nothing more was sent; for use once something has happened that anything would precede. */
  void assertSilent() {
    assertThat(sent).isEmpty();
    assertThat(queued).isEmpty();
  }

  // What the server says.

  void respond(Message.Request request, String json) {
    receive(new Message.Response(request.id(), object(json)), null);
  }

  void refuse(Message.Request request, int code, String message, String data) {
    Optional<Object> parsed = data.isEmpty() ? Optional.empty() : Optional.of(object(data));
    receive(new Message.ErrorResponse(Optional.of(request.id()), code, message, parsed), null);
  }

  void tell(String method, String params) {
    tell(method, params, null);
  }

  void tell(String method, String params, @Nullable Object about) {
    receive(new Message.Notification(method, object(params)), about);
  }

  void ask(Object id, String method, String params) {
    ask(id, method, params, null);
  }

  void ask(Object id, String method, String params, @Nullable Object about) {
    receive(new Message.Request(id, method, object(params)), about);
  }

  private void receive(Message message, @Nullable Object about) {
    Runnable rest =
        about == null ? receiver().received(message) : receiver().received(message, about);
    if (rest != null) {
      Thread thread = new Thread(rest, "scripted-reader");
      thread.setDaemon(true);
      thread.start();
    }
  }

  static Map<String, Object> object(String json) {
    try {
      return Json.object((Map<?, ?>) Json.parse(json));
    } catch (Json.SyntaxException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
