// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import dev.cleat.ClientFeatures;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.Connection;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Uses a client of the official MCP Java SDK as one of Cleat's, in a registry for instance:
 *
 * <pre>{@code
 * registry.register("time", SdkClient.builder(new StdioClientTransport(parameters, mapper)).connect());
 * registry.register("mail", SdkClient.of(aClientThatYouHave));
 * }</pre>
 *
 * <p><b>Life cycle.</b> From then on the SDK's client belongs to ours: closing ours closes it.
 *
 * <p><b>What the SDK adds.</b> Of a call that times out or is cancelled, the server is told by a
 * client of the {@link #builder} only. A server that has gone is noticed by the calls to it and not
 * before, and a call to one that was a process waits for its time limit. What the SDK knows no
 * field for is lost.
 *
 * <p><b>Errors.</b> A refusal by the server is an {@link McpException.Protocol} with its code and
 * data. Without an answer a call is {@link McpException.OutcomeUnknown}, unless it is certain that
 * it never left.
 */
public final class SdkClient {
  private SdkClient() {}

  /**
   * A client around one of the SDK's, initialised or not, with the default limits.
   *
   * <p>An SDK client only hears what it was built to hear, so this one reports no progress and no
   * changes, and the SDK client's own handlers answer what the server asks. {@link #builder} makes
   * one that does.
   *
   * @throws McpException.ConnectFailed when it is not initialised and cannot be; it is closed then
   */
  public static McpClient of(McpSyncClient client) {
    return of(client, Limits.defaults());
  }

  /**
   * The same with other limits. The SDK client's own request timeout holds beside them.
   *
   * @throws McpException.ConnectFailed when it is not initialised and cannot be; it is closed then
   */
  public static McpClient of(McpSyncClient client, Limits limits) {
    SdkJson json = new SdkJson();
    return connect(client, new SdkInbox(json), json, limits, ClientFeatures.NONE);
  }

  /** Starts from a client over a transport of the SDK that can do nothing for the server. */
  public static SdkClientBuilder builder(McpClientTransport transport) {
    return new SdkClientBuilder(transport);
  }

  static McpClient connect(
      McpSyncClient client, SdkInbox inbox, SdkJson json, Limits limits, ClientFeatures features) {
    try {
      if (!client.isInitialized()) {
        var unused = client.initialize();
      }
    } catch (RuntimeException e) {
      // Unlike close(), it waits for the end of a process, for up to ten seconds.
      boolean unused = client.closeGracefully();
      throw new McpException.ConnectFailed(
          "The SDK's client could not be initialised: "
              + McpError.findRootCause(e).getMessage()
              + ". Is the server there, and does it speak MCP?",
          e);
    }
    SdkConnection connection = new SdkConnection(client, inbox, json, limits.maxHandlerThreads());
    AtomicBoolean lent = new AtomicBoolean();
    return McpClient.over(() -> once(connection, lent)).limits(limits).features(features).connect();
  }

  /** There is one session of the SDK, so there is no second try. */
  private static Connection once(Connection connection, AtomicBoolean lent) {
    if (!lent.compareAndSet(false, true)) {
      throw new McpException.ConnectFailed("The SDK's client was closed while connecting.", null);
    }
    return connection;
  }
}
