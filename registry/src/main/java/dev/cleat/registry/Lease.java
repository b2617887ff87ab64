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
import org.jspecify.annotations.Nullable;

/**
 * A counted use of one client, for several calls to the very same one: while a lease is open its
 * client stays open, even after the registry has replaced it. Its calls go to the client at once:
 * neither the limits of its namespace nor the retries of {@link McpRegistry#callTool} apply.
 *
 * <p><b>Threads.</b> Any number of threads may call through one lease at once.
 *
 * <p><b>Life cycle.</b> {@link #close} returns at once and may be repeated. The last lease of a
 * replaced client hands it to the registry's closer; no caller ever waits for a connection to end.
 * A lease that is thrown away without {@code close()} is found after the garbage collector has
 * found it, reported with the place where it was acquired, and closed then ({@code
 * LeakedLeaseTest}).
 *
 * <p><b>Errors.</b> A call after {@code close()} throws {@link McpException.Closed}.
 */
public final class Lease implements AutoCloseable {
  private static final int CLOSED = 1;

  private final Hold hold;
  private final LeaseTraces.@Nullable Trace trace;

  Lease(Generation generation, LeaseTraces traces) {
    hold = new Hold(generation);
    trace = traces.trace(this, hold);
  }

  /** What a lease holds; outlives it while a call runs that was made through it. */
  static final class Hold {
    private final Generation generation;

    // Calls that run through this lease, doubled, plus one once it is closed. The generation is
    // released by whoever makes it 1: a call that the lease is closed under keeps its client
    // (ReplacementTest.aLeaseThatIsClosedUnderItsCallKeepsTheClientForTheCall).
    private final AtomicInteger uses = new AtomicInteger();

    private Hold(Generation generation) {
      this.generation = generation;
    }

    Generation generation() {
      return generation;
    }

    private ToolResult callTool(ToolCall call) {
      if ((uses.getAndUpdate(now -> isClosed(now) ? now : now + 2) & CLOSED) != 0) {
        throw new McpException.Closed("This lease of " + generation + " is closed.");
      }
      try {
        return generation.client().callTool(call);
      } catch (McpException e) {
        throw Calls.placed(e, generation);
      } finally {
        if (uses.addAndGet(-2) == CLOSED) {
          generation.releaseUsed();
        }
      }
    }

    void close() {
      if (uses.getAndUpdate(now -> now | CLOSED) == 0) {
        generation.releaseUsed();
      }
    }

    private static boolean isClosed(int uses) {
      return (uses & CLOSED) != 0;
    }
  }

  /** Calls a tool by the name its own server gives it. */
  public ToolResult callTool(String tool, Map<String, ?> arguments) {
    return callTool(ToolCall.of(tool, arguments));
  }

  /** Calls a tool by the name its own server gives it. */
  public ToolResult callTool(ToolCall call) {
    return hold.callTool(call);
  }

  /** The server's tools as it listed them last, by its own names. */
  public List<Tool> tools() {
    return hold.generation.listing().own();
  }

  /** Who the server says it is. */
  public PeerInfo peer() {
    return hold.generation.client().peer();
  }

  /** Which client this is; grows with every registration. */
  public long generation() {
    return hold.generation.number();
  }

  @Override
  public void close() {
    if (trace != null) {
      trace.end();
    }
    hold.close();
  }
}
