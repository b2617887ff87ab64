// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * A transport of the SDK whose notifications are heard as they come. The SDK gives them to its own
 * consumers through other threads, and so after the answers that they came before, and in any
 * order.
 */
final class ListeningTransport implements McpClientTransport {
  private static final Logger LOG = System.getLogger(ListeningTransport.class.getName());

  private final McpClientTransport transport;
  private final SdkInbox inbox;

  ListeningTransport(McpClientTransport transport, SdkInbox inbox) {
    this.transport = transport;
    this.inbox = inbox;
    inbox.sendsBy(this::send);
  }

  /** Sends what the SDK's client has no method for. */
  private void send(JSONRPCNotification notification) {
    var unused =
        transport
            .sendMessage(notification)
            .toFuture()
            .whenComplete(
                (sent, refused) -> {
                  if (refused != null) {
                    LOG.log(Level.DEBUG, "A cancellation was not sent", refused);
                  }
                });
  }

  @Override
  public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    return transport.connect(incoming -> handler.apply(incoming.doOnNext(this::heard)));
  }

  private void heard(JSONRPCMessage message) {
    if (message instanceof JSONRPCNotification notification) {
      inbox.heard(notification);
    }
  }

  @Override
  public void setExceptionHandler(Consumer<Throwable> handler) {
    transport.setExceptionHandler(handler);
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    if (message instanceof JSONRPCRequest request) {
      inbox.sends(request.id());
    }
    return transport.sendMessage(message);
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return transport.unmarshalFrom(data, type);
  }

  @Override
  public List<String> protocolVersions() {
    return transport.protocolVersions();
  }

  @Override
  public Mono<Void> closeGracefully() {
    return transport.closeGracefully();
  }

  @Override
  public void close() {
    transport.close();
  }
}
