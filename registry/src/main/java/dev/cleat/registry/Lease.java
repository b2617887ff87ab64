// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.PeerInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A counted use of one client, for several calls to the very same one: while a lease is open its
 * client stays open, even after the registry has replaced it.
 *
 * <p><b>Threads.</b> Any number of threads may call through one lease at once.
 *
 * <p><b>Life cycle.</b> {@link #close} returns at once and may be repeated. The last lease of a
 * replaced client hands it to the registry's closer; no caller ever waits for a connection to end.
 *
 * <p><b>Errors.</b> A call after {@code close()} throws {@link McpException.Closed}.
 */
public final class Lease implements AutoCloseable {
  private static final int CLOSED = 1;

  private final Generation generation;

  // Calls that run through this lease, doubled, plus one once it is closed. The generation is
  // released by whoever makes it 1: a call that the lease is closed under keeps its client
  // (ReplacementTest.aLeaseThatIsClosedUnderItsCallKeepsTheClientForTheCall).
  private final AtomicInteger uses = new AtomicInteger();

  Lease(Generation generation) {
    this.generation = generation;
  }

  /** Calls a tool by the name its own server gives it. */
  public ToolResult callTool(String tool, Map<String, ?> arguments) {
    return callTool(ToolCall.of(tool, arguments));
  }

  /** Calls a tool by the name its own server gives it. */
  public ToolResult callTool(ToolCall call) {
    if ((uses.getAndUpdate(now -> isClosed(now) ? now : now + 2) & CLOSED) != 0) {
      throw new McpException.Closed("This lease of " + generation + " is closed.");
    }
    try {
      return generation.client().callTool(call);
    } finally {
      if (uses.addAndGet(-2) == CLOSED) {
        generation.release();
      }
    }
  }

  /** The server's tools, by its own names. */
  public List<Tool> tools() {
    return generation.tools();
  }

  /** Who the server says it is. */
  public PeerInfo peer() {
    return generation.client().peer();
  }

  /** Which client this is; grows with every registration. */
  public long generation() {
    return generation.number();
  }

  @Override
  public void close() {
    int before = uses.getAndUpdate(now -> now | CLOSED);
    if (before == 0) {
      generation.release();
    }
  }

  private static boolean isClosed(int uses) {
    return (uses & CLOSED) != 0;
  }
}
