// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Gives what a server sends to those whom it is for. */
final class ClientReceiver implements Connection.Receiver {
  private static final Logger LOG = System.getLogger(ClientReceiver.class.getName());

  private final PendingRequests pending;
  private final ClientCalls calls;
  private final ServerQuestions questions;
  private final ClientRequests requests;
  private final Listening listening;
  private final ChangeListeners listeners;
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final AtomicLong malformed = new AtomicLong();

  ClientReceiver(
      PendingRequests pending,
      ClientCalls calls,
      ServerQuestions questions,
      ClientRequests requests,
      Listening listening,
      ChangeListeners listeners) {
    this.pending = pending;
    this.calls = calls;
    this.questions = questions;
    this.requests = requests;
    this.listening = listening;
    this.listeners = listeners;
  }

  CompletableFuture<String> ended() {
    return ended;
  }

  @Override
  public @Nullable Runnable received(Message message) {
    return receive(message, null);
  }

  @Override
  public @Nullable Runnable received(Message message, Object requestId) {
    return receive(message, requestId);
  }

  private @Nullable Runnable receive(Message message, @Nullable Object requestId) {
    if (message instanceof Message.Response response) {
      return pending.answered(response.id(), response);
    } else if (message instanceof Message.ErrorResponse error) {
      return pending.answered(PendingRequests.idOf(error.id()), error);
    } else if (message instanceof Message.Request request) {
      // The newer era has none; one who asks nevertheless is refused rather than left waiting.
      if (requests.agreement().isStateless()) {
        return questions.refuse(request);
      }
      return questions.accept(request, requestId);
    } else if (message instanceof Message.Notification notification) {
      try {
        return notified(notification, requestId);
      } catch (RuntimeException fault) {
        LOG.log(Level.WARNING, () -> "A listener to " + notification.method() + " failed", fault);
      }
    }
    return null;
  }

  private @Nullable Runnable notified(
      Message.Notification notification, @Nullable Object requestId) {
    Map<String, Object> params = notification.params();
    switch (notification.method()) {
      case Wire.PROGRESS:
        calls.progressed(params);
        return null;
      case Wire.LOG_MESSAGE:
        calls.logged(params, requestId);
        return null;
      case Protocol.CANCELLED:
        if (requests.agreement().isStateless()) {
          listening.cancelled(params.get("requestId"));
        } else {
          questions.withdrawn(params.get("requestId"));
        }
        return null;
      case Wire.TOOLS_CHANGED:
        listeners.changed(Catalog.TOOLS);
        return null;
      case Wire.PROMPTS_CHANGED:
        listeners.changed(Catalog.PROMPTS);
        return null;
      case Wire.RESOURCES_CHANGED:
        listeners.changed(Catalog.RESOURCES);
        return null;
      case Wire.RESOURCE_UPDATED:
        Wire.text(params.get("uri")).ifPresent(listeners::updated);
        return null;
      case Wire.ACKNOWLEDGED:
        // It makes the session send, which may take time.
        Object tagged = Wire.meta(params).get(Wire.META_SUBSCRIPTION);
        Object stream = requestId == null ? tagged : requestId;
        return () -> listening.acknowledged(stream);
      default:
        return null;
    }
  }

  @Override
  public void malformed(Message.ErrorResponse deserved) {
    // A client answers no junk: it skips it. Servers print the strangest things.
    if (malformed.incrementAndGet() == 1) {
      LOG.log(
          Level.WARNING,
          () ->
              requests.agreement().peer().name()
                  + " sent something that is no message: "
                  + deserved.message());
    }
  }

  @Override
  public void lost(Object requestId, boolean sent, String reason) {
    pending.lost(requestId, sent, reason);
  }

  @Override
  public void ended(String reason) {
    // First, so that what ends with the rest is not begun anew.
    listening.end();
    // Before its calls fail: whoever sees one fail finds that it has ended.
    ended.complete(reason);
    pending.end(reason);
    requests.ended();
    questions.end();
  }
}
