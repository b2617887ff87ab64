// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.Json;
import dev.cleat.mcp.McpServer;
import dev.cleat.mcp.ProtocolVersion;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import dev.cleat.spi.Protocol;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request to a server of ours, within the process. What the handler tells and asks meanwhile
 * goes to the SDK's exchange, which knows the client.
 *
 * <p><b>Threads.</b> One thread makes the request and waits. Handlers may run in it or in another.
 */
final class ExchangeConnection implements Connection {
  private static final Logger LOG = System.getLogger(ExchangeConnection.class.getName());
  private static final String SET_UP = "set up";
  private static final Object REQUEST_ID = 1L;

  private final Optional<McpSyncServerExchange> exchange;
  private final SdkJson json;
  private final CompletableFuture<Message> answer = new CompletableFuture<>();
  private volatile @Nullable Receiver receiver;

  /**
   * @param exchange who asks; empty when it is this program itself
   */
  ExchangeConnection(Optional<McpSyncServerExchange> exchange, SdkJson json) {
    this.exchange = exchange;
    this.json = json;
  }

  /**
   * The result of the request.
   *
   * @throws McpError when it is refused
   */
  Map<String, Object> ask(McpServer server, String method, Map<String, Object> params) {
    server.accept(this);
    Receiver to = receiver;
    if (to == null) {
      throw Refusals.refusal(Protocol.SHUTTING_DOWN, "This server has ended.");
    }
    try {
      agree(to);
      Delivered.deliver(to, new Message.Request(REQUEST_ID, method, params));
      return result(answer.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Delivered.deliver(
          to, new Message.Notification("notifications/cancelled", Map.of("requestId", REQUEST_ID)));
      throw Refusals.refusal(Protocol.INTERNAL_ERROR, "The request was cancelled.");
    } catch (ExecutionException | CancellationException e) {
      throw Refusals.refusal(Protocol.SHUTTING_DOWN, "This server has ended.");
    } finally {
      to.ended("the request is answered");
    }
  }

  /** A revision with {@code initialize}, because the SDK's client can answer while it waits. */
  private void agree(Receiver to) {
    Map<String, Object> params = new LinkedHashMap<>();
    params.put("protocolVersion", ProtocolVersion.NEWEST_WITH_HANDSHAKE);
    params.put("capabilities", capabilities());
    params.put("clientInfo", Map.of("name", "mcp-sdk", "version", "2"));
    Delivered.deliver(to, new Message.Request(SET_UP, "initialize", params));
    // Which messages the client wants, the exchange knows.
    Delivered.deliver(
        to, new Message.Request(SET_UP, "logging/setLevel", Map.of("level", "debug")));
  }

  private Map<String, Object> capabilities() {
    return exchange
        .flatMap(asking -> Optional.ofNullable(asking.getClientCapabilities()))
        .map(json::plain)
        .orElse(Map.of());
  }

  private static Map<String, Object> result(Message answer) {
    if (answer instanceof Message.Response response) {
      return response.result();
    }
    throw Refusals.refusal((Message.ErrorResponse) answer);
  }

  @Override
  public void start(Receiver to) {
    receiver = to;
  }

  @Override
  public Receipt send(Message message) {
    if (message instanceof Message.Request question) {
      Delivered.deliver(Objects.requireNonNull(receiver), answerTo(question));
    } else if (message instanceof Message.Notification notification) {
      told(notification);
    } else if (answers(message)) {
      answer.complete(message);
    }
    return Receipt.SENT;
  }

  private static boolean answers(Message message) {
    if (message instanceof Message.Response response) {
      return response.id().equals(REQUEST_ID);
    }
    return message instanceof Message.ErrorResponse error
        && error.id().filter(REQUEST_ID::equals).isPresent();
  }

  private Message answerTo(Message.Request question) {
    try {
      return new Message.Response(question.id(), put(exchange.orElseThrow(), question));
    } catch (RuntimeException trouble) {
      return Refusals.answer(
          question.id(),
          Refusals.errorIn(trouble)
              .orElseGet(
                  () ->
                      new JSONRPCError(
                          Protocol.INTERNAL_ERROR,
                          String.valueOf(McpError.findRootCause(trouble).getMessage()),
                          null)));
    }
  }

  private Map<String, Object> put(McpSyncServerExchange to, Message.Request question) {
    Map<String, Object> params = question.params();
    switch (question.method()) {
      case "elicitation/create":
        return json.plain(to.createElicitation(elicitation(params)));
      case "sampling/createMessage":
        return json.plain(
            to.createMessage(json.typed(params, McpSchema.CreateMessageRequest.class)));
      case "roots/list":
        return json.plain(to.listRoots());
      default:
        throw Refusals.refusal(
            Protocol.METHOD_NOT_FOUND, "The SDK has no " + question.method() + ".");
    }
  }

  private McpSchema.ElicitRequest elicitation(Map<String, Object> params) {
    if (!"url".equals(params.get("mode"))) {
      return json.typed(params, McpSchema.ElicitFormRequest.class);
    }
    // The SDK wants an id, which older revisions of the protocol did too.
    Map<String, Object> named = new LinkedHashMap<>(params);
    named.putIfAbsent("elicitationId", UUID.randomUUID().toString());
    return json.typed(named, McpSchema.ElicitUrlRequest.class);
  }

  private void told(Message.Notification notification) {
    if (exchange.isEmpty()) {
      return;
    }
    try {
      tell(exchange.get(), notification);
    } catch (RuntimeException untold) {
      // What is only told on the way does not change how the request ends.
      LOG.log(Level.DEBUG, () -> "The SDK did not send " + notification.method(), untold);
    }
  }

  private void tell(McpSyncServerExchange to, Message.Notification notification) {
    Map<String, Object> params = notification.params();
    switch (notification.method()) {
      case "notifications/progress":
        to.progressNotification(json.typed(params, McpSchema.ProgressNotification.class));
        return;
      case "notifications/message":
        to.loggingNotification(logMessage(params));
        return;
      default:
        // Changes are told to all clients at once.
    }
  }

  /** The SDK has text where the protocol has any value. */
  private McpSchema.LoggingMessageNotification logMessage(Map<String, Object> params) {
    Map<String, Object> texts = new LinkedHashMap<>(params);
    if (!(params.get("data") instanceof String)) {
      texts.put("data", Json.print(params.get("data")));
    }
    texts.putIfAbsent("logger", "server");
    return json.typed(texts, McpSchema.LoggingMessageNotification.class);
  }

  @Override
  public void close() {
    answer.cancel(false);
  }
}
