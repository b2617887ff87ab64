// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Connection;
import dev.cleat.spi.ToolSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Calls the tools of one server, behind a connection or in this process.
 *
 * <p><b>Threads.</b> Any number of threads may call at once. A call blocks its caller; interrupting
 * the caller cancels the call and tells the server.
 *
 * <p><b>Errors.</b> What a tool says is a {@link ToolResult}; trouble on the way is an {@link
 * McpException}, which knows whether the call may have been executed.
 */
public interface McpClient extends AutoCloseable {
  /** Who the server says it is. */
  PeerInfo peer();

  /** Asks for all tools, page by page. */
  List<Tool> listTools();

  /** Calls a tool and waits for its result. */
  ToolResult callTool(ToolCall call);

  /**
   * Calls back whenever the server says that its tools have changed, from any thread; return soon.
   */
  void onToolsChanged(Runnable listener);

  /** Completes with the reason once this client can no longer be used. */
  CompletableFuture<String> ended();

  /** Ends it and waits, within bounds, until nothing of it is left. Harmless when repeated. */
  @Override
  void close();

  /**
   * Connects to a server and finds out which era it speaks.
   *
   * @param connections opens a connection; asked again when a server left because it was addressed
   *     in an era that it does not know
   * @throws McpException.ConnectFailed when that does not succeed within {@link
   *     Limits#connectTimeout}; nothing is left behind then
   */
  static McpClient connect(Supplier<Connection> connections, Limits limits) {
    return ClientSession.connect(connections, limits);
  }

  /** A client of tools in this process, without a wire. Closing it closes the tools. */
  static McpClient of(String name, ToolSet tools) {
    return new LocalClient(name, tools);
  }
}
