// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.ClientCapabilities;
import dev.cleat.ClientFeatures;
import dev.cleat.InputRequest;
import dev.cleat.InputResponse;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import io.modelcontextprotocol.client.McpClient.SyncSpec;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server tells and asks without being asked, on its way from the SDK's client to ours. The
 * SDK takes who answers while its client is built, which is before ours exists: until {@link
 * #attach}, nobody hears anything.
 *
 * <p><b>Threads.</b> Notifications come in the thread that reads them; questions in others of the
 * SDK, which wait for the answers.
 */
final class SdkInbox {
  private static final Logger LOG = System.getLogger(SdkInbox.class.getName());

  private final SdkJson json;
  private final AtomicLong questionIds = new AtomicLong();
  private final Map<Object, CompletableFuture<Message>> questions = new ConcurrentHashMap<>();
  private volatile Connection.@Nullable Receiver receiver;
  private volatile boolean ended;
  private volatile Consumer<McpSchema.JSONRPCNotification> sender = notification -> {};

  // Who wants to know the id of the request that a thread makes now. The SDK hands a request to its
  // transport in the thread of its caller.
  private final Map<Thread, Consumer<Object>> naming = new ConcurrentHashMap<>();

  SdkInbox(SdkJson json) {
    this.json = json;
  }

  void sendsBy(Consumer<McpSchema.JSONRPCNotification> newSender) {
    sender = newSender;
  }

  /** Runs a request, and tells the id that the SDK gives it, if the transport is listened to. */
  <T> T naming(Consumer<Object> listener, Supplier<T> request) {
    naming.put(Thread.currentThread(), listener);
    try {
      return request.get();
    } finally {
      naming.remove(Thread.currentThread());
    }
  }

  /** This thread is about to send a request of that id. */
  void sends(Object id) {
    Consumer<Object> listener = naming.get(Thread.currentThread());
    if (listener != null) {
      listener.accept(id);
    }
  }

  /** Tells the server that the answer to a request of the SDK is not wanted any more. */
  void cancel(Object id) {
    sender.accept(
        new McpSchema.JSONRPCNotification("notifications/cancelled", Map.of("requestId", id)));
  }

  void attach(Connection.Receiver to) {
    receiver = to;
  }

  /** Has the SDK's client offer what those features can do. */
  void wire(SyncSpec spec, ClientFeatures features) {
    ClientCapabilities can = features.capabilities();
    McpSchema.ClientCapabilities.Builder declared = McpSchema.ClientCapabilities.builder();
    if (can.elicitForm() || can.elicitUrl()) {
      declared.elicitation(can.elicitForm(), can.elicitUrl());
    }
    if (can.elicitForm()) {
      spec.elicitation(request -> elicit(request, "form"));
    }
    if (can.elicitUrl()) {
      spec.urlElicitation(request -> elicit(request, "url"));
    }
    if (can.sampling()) {
      declared.sampling();
      spec.sampling(
          request ->
              json.typed(
                  ask("sampling/createMessage", json.plain(request)),
                  McpSchema.CreateMessageResult.class));
    }
    if (can.roots() && features.answer(new InputRequest.Roots()) instanceof InputResponse.Roots r) {
      // The SDK keeps the list itself, and never asks for it again.
      declared.roots(false);
      spec.roots(
          r.roots().stream()
              .map(root -> new McpSchema.Root(root.uri(), root.name().orElse(null)))
              .toList());
    }
    spec.capabilities(declared.build());
  }

  private McpSchema.ElicitResult elicit(McpSchema.ElicitRequest request, String mode) {
    Map<String, Object> params = new LinkedHashMap<>(json.plain(request));
    params.put("mode", mode);
    return json.typed(ask("elicitation/create", params), McpSchema.ElicitResult.class);
  }

  /** The server said something; whatever comes of that, the SDK goes on. */
  void heard(McpSchema.JSONRPCNotification notification) {
    Connection.Receiver to = receiver;
    if (to == null) {
      return;
    }
    try {
      Map<String, Object> params =
          notification.params() == null ? Map.of() : json.plain(notification.params());
      Delivered.deliver(to, new Message.Notification(notification.method(), params));
    } catch (RuntimeException unreadable) {
      LOG.log(Level.WARNING, () -> "Cannot tell of " + notification.method(), unreadable);
    }
  }

  /**
   * Asks our client, and waits for its answer.
   *
   * @throws McpError with why there is none
   */
  private Map<String, Object> ask(String method, Map<String, Object> params) {
    Connection.Receiver to = receiver;
    if (to == null) {
      throw Refusals.refusal(Protocol.INTERNAL_ERROR, "This client is not connected yet.");
    }
    long id = questionIds.incrementAndGet();
    CompletableFuture<Message> answer = new CompletableFuture<>();
    questions.put(id, answer);
    try {
      if (ended) {
        throw Refusals.refusal(Protocol.INTERNAL_ERROR, "This client is closed.");
      }
      Delivered.deliver(to, new Message.Request(id, method, params));
      Message message = answer.get();
      if (message instanceof Message.Response response) {
        return response.result();
      }
      throw Refusals.refusal((Message.ErrorResponse) message);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Delivered.deliver(
          to, new Message.Notification("notifications/cancelled", Map.of("requestId", id)));
      throw Refusals.refusal(Protocol.INTERNAL_ERROR, "The question was withdrawn.");
    } catch (ExecutionException | CancellationException e) {
      throw Refusals.refusal(Protocol.INTERNAL_ERROR, "This client is closed.");
    } finally {
      questions.remove(id);
    }
  }

  /** Our client's answer to a question. */
  void answered(Message message) {
    Object id =
        message instanceof Message.Response response
            ? response.id()
            : ((Message.ErrorResponse) message).id().orElse("");
    CompletableFuture<Message> waiting = questions.get(id);
    if (waiting != null) {
      waiting.complete(message);
    }
  }

  /** Nobody answers any more. */
  void end() {
    ended = true;
    questions.values().forEach(waiting -> waiting.cancel(false));
  }
}
