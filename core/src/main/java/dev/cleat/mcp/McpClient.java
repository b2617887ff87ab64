// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.ChangeListener;
import dev.cleat.Completion;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ResourceTemplate;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Uses one server, behind a connection or in this process: calls its tools, gets its prompts, reads
 * its resources.
 *
 * <p><b>Threads.</b> Any number of threads may call at once. A call blocks its caller; interrupting
 * the caller cancels the call and tells the server.
 *
 * <p><b>Errors.</b> What a tool says is a {@link ToolResult}; trouble on the way is an {@link
 * McpException}, which knows whether the call may have been executed. What the server does not
 * offer is an empty list, and asking for it an {@link McpException.Protocol}.
 */
public interface McpClient extends AutoCloseable {
  /** Who the server says it is. */
  PeerInfo peer();

  /** Asks for all tools, page by page. */
  List<Tool> listTools();

  /** Calls a tool and waits for its result. */
  ToolResult callTool(ToolCall call);

  /**
   * Calls a tool, and lets nobody wait: returns soon, also when the call will take long. Tools of
   * this process are the exception: unless their handler is an {@link dev.cleat.AsyncToolHandler},
   * they run before this returns.
   *
   * <p><b>Threads.</b> What follows from the answer runs in the thread that the connection delivers
   * it in, which is replaced when that takes long; what follows from a failure, in some other one.
   * Cancelling the future cancels the call and tells the server.
   *
   * @return completes as {@link #callTool} returns, or fails with what that throws; not with a
   *     {@link java.util.concurrent.CompletionException} around it
   */
  default CompletableFuture<ToolResult> callToolAsync(ToolCall call) {
    try {
      return CompletableFuture.completedFuture(callTool(call));
    } catch (RuntimeException | Error failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  /**
   * Finds out whether the server still answers anything, whatever the answer says; in this process
   * there is nothing to find out. A server that is busy may be slow to answer, so one miss means
   * little.
   *
   * @param limit how long to wait for the answer
   * @throws McpException when there is none in time
   */
  default void ping(Duration limit) {}

  /** Asks for all prompts, page by page. */
  default List<Prompt> listPrompts() {
    return List.of();
  }

  /** Gets the messages of a prompt. */
  default PromptResult getPrompt(
      String name, Map<String, String> arguments, CallListener listener) {
    throw new McpException.NotFound(peer().name() + " has no prompts.");
  }

  /** Asks for all resources, page by page. */
  default List<Resource> listResources() {
    return List.of();
  }

  /** Asks for all resource templates, page by page. */
  default List<ResourceTemplate> listResourceTemplates() {
    return List.of();
  }

  /**
   * Reads a resource.
   *
   * @throws McpException.NotFound when the server has none of that URI
   */
  default List<ResourceContents> readResource(String uri, CallListener listener) {
    throw new McpException.NotFound(peer().name() + " has no resources.");
  }

  /**
   * Asks for values that begin with what was typed.
   *
   * @param others what the other arguments are already
   */
  default Completion complete(
      Completion.Reference of, String argument, String typed, Map<String, String> others) {
    return Completion.NONE;
  }

  /** Wants to hear, through {@link #onChange}, when what that resource holds changes. */
  default void subscribe(String resourceUri) {}

  /** Wants to hear no more of it. */
  default void unsubscribe(String resourceUri) {}

  /** Calls back whenever the server says that something has changed. */
  void onChange(ChangeListener listener);

  /** Whether each thing behind it works now; of a server elsewhere nothing is known but its end. */
  default List<Readiness> readiness() {
    return ended().isDone()
        ? List.of(new Readiness(peer().name(), false, ended().getNow("it has ended")))
        : List.of();
  }

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
    return over(connections).limits(limits).connect();
  }

  /** Starts from a client with the default limits that answers nothing a server may ask. */
  static McpClientBuilder over(Supplier<Connection> connections) {
    return new McpClientBuilder(connections);
  }

  /** A client of tools in this process, without a wire. Closing it closes the tools. */
  static McpClient of(String name, ToolSet tools) {
    return new LocalClient(name, tools);
  }
}
