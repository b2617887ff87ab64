// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.CallListener;
import dev.cleat.FailureKind;
import dev.cleat.McpException;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolContext;
import dev.cleat.ToolFailure;
import dev.cleat.ToolResult;
import dev.cleat.spi.ToolSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Calls tools of this process, in the caller's thread. */
final class LocalClient implements McpClient {
  private final PeerInfo peer;
  private final ToolSet tools;
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  LocalClient(String name, ToolSet tools) {
    peer = new PeerInfo(name, "", "", Optional.empty());
    this.tools = tools;
  }

  @Override
  public PeerInfo peer() {
    return peer;
  }

  @Override
  public List<Tool> listTools() {
    return tools.tools().stream().map(ServedTool::tool).toList();
  }

  @Override
  public ToolResult callTool(ToolCall call) {
    if (ended.isDone()) {
      throw new McpException.Closed("The client of " + peer.name() + " is closed.");
    }
    ServedTool tool =
        tools
            .find(call.tool())
            .orElseThrow(
                () -> new McpException.NotFound(peer.name() + " has no tool " + call.tool() + "."));
    return Invocation.run(tool, call, new ListenerContext(call));
  }

  @Override
  public void onToolsChanged(Runnable listener) {
    tools.onChange(listener);
  }

  @Override
  public CompletableFuture<String> ended() {
    return ended;
  }

  @Override
  public void close() {
    if (ended.complete("it was closed")) {
      tools.close();
    }
  }

  /** What the caller listens to, seen from the handler. */
  private static final class ListenerContext implements ToolContext {
    private final CallListener listener;
    private final Optional<Instant> deadline;

    ListenerContext(ToolCall call) {
      listener = call.listener();
      deadline = call.timeout().map(limit -> Instant.now().plus(limit));
    }

    @Override
    public boolean cancelled() {
      return listener.cancelled() || Thread.currentThread().isInterrupted();
    }

    @Override
    public Optional<Instant> deadline() {
      return deadline;
    }

    @Override
    public void progress(double done, double total, String message) {
      listener.progress(done, total, message);
    }

    @Override
    public void confirm(String question) {
      switch (listener.confirm(question)) {
        case ACCEPTED:
          return;
        case DECLINED:
          throw new ToolFailure(
              FailureKind.DECLINED, "The user did not agree. The question was: " + question, "");
        default:
          throw new ToolFailure(
              FailureKind.DECLINED,
              "This needs the user's consent, and there is nobody to ask: " + question,
              "Consent beforehand with --yes, or call it where a person can answer.");
      }
    }
  }
}
