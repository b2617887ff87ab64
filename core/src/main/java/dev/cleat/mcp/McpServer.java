// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static java.util.Objects.requireNonNull;

import dev.cleat.Access;
import dev.cleat.Limits;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.TypedHandler;
import dev.cleat.spi.Connection;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/**
 * Serves tools over MCP, to any number of connections, in both eras of the protocol.
 *
 * <pre>{@code
 * try (var server = McpServer.builder()
 *     .tool("hello", "Greets one person.", Guest.class, Greeting.class,
 *         (guest, call) -> new Greeting("Hello, " + guest.name()))
 *     .build()) {
 *   server.serve(Stdio.standard());
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> Any thread may call any method. Handlers of many calls run at once; a slow one
 * holds up no other call, nor ping, nor cancellation.
 *
 * <p><b>Life cycle.</b> {@link #serve} returns when the peer has left. {@link #close} refuses new
 * calls, lets the running ones finish for {@link Limits#shutdownGrace}, interrupts what is left,
 * and closes the connections and the tool sets.
 */
public final class McpServer implements AutoCloseable {
  private final ServerSettings settings;
  private final List<ToolSet> toolSets;
  private final ExecutorService handlers;
  private final Set<ServerSession> sessions = ConcurrentHashMap.newKeySet();
  private final Object closing = new Object();
  private volatile boolean closed;

  private McpServer(Builder builder) {
    toolSets = List.copyOf(builder.toolSets);
    handlers = HandlerThreads.create(builder.limits.maxHandlerThreads());
    settings =
        new ServerSettings(
            builder.name,
            builder.version,
            builder.instructions,
            builder.access,
            builder.assumeYes,
            builder.limits,
            new ServedTools(toolSets, builder.access),
            handlers);
    toolSets.forEach(set -> set.onChange(this::toolsChanged));
  }

  /** Starts from an unnamed server without tools that allows every tool it is given. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Serves one connection until the peer ends it and its running calls are answered, or until this
   * server is closed. Takes over the connection and closes it.
   *
   * @throws InterruptedException when this thread is interrupted; the connection is closed then
   */
  public void serve(Connection connection) throws InterruptedException {
    ServerSession session = new ServerSession(connection, settings, over -> {});
    sessions.add(session);
    try {
      if (closed) {
        return;
      }
      session.start();
      session.awaitEnd();
    } finally {
      session.close();
      sessions.remove(session);
    }
  }

  /**
   * Serves one connection in the threads that deliver its messages, and returns at once. It is over
   * when the connection says that the peer is gone, which cancels what still runs for it.
   */
  public void accept(Connection connection) {
    ServerSession session = new ServerSession(connection, settings, this::forget);
    sessions.add(session);
    if (closed) {
      session.close();
      sessions.remove(session);
    } else {
      session.start();
    }
  }

  private void forget(ServerSession session) {
    sessions.remove(session);
    session.close();
  }

  /** The tool of that name, whether access allows it or not. */
  public Optional<Tool> tool(String name) {
    return settings.tools().find(name).map(ServedTool::tool);
  }

  /** Whether it has been closed: it takes no new calls then. */
  public boolean isClosed() {
    return closed;
  }

  /** Ends everything, as the class comment says; returns when it has ended. */
  @Override
  public void close() {
    synchronized (closing) {
      if (closed) {
        return;
      }
      closed = true;
      // All are told first, so that the grace time of one does not delay the others.
      sessions.forEach(ServerSession::refuseCalls);
      long deadline = System.nanoTime() + settings.limits().shutdownGrace().toNanos();
      sessions.forEach(session -> session.drain(deadline));
      sessions.forEach(ServerSession::close);
      handlers.shutdownNow();
      toolSets.forEach(ToolSet::close);
    }
  }

  private void toolsChanged() {
    sessions.forEach(ServerSession::toolsChanged);
  }

  /** Describes a server. */
  public static final class Builder {
    private String name = "cleat";
    private String version = "0";
    private Optional<String> instructions = Optional.empty();
    private Access access = Access.DESTRUCTIVE;
    private boolean assumeYes;
    private Limits limits = Limits.defaults();
    private final List<ToolSet> toolSets = new ArrayList<>();

    private Builder() {}

    /** Who it says it is. */
    public Builder name(String newName, String newVersion) {
      name = requireNonNull(newName);
      version = requireNonNull(newVersion);
      return this;
    }

    /** What a model should know before it uses the tools. */
    public Builder instructions(String text) {
      instructions = Optional.of(text);
      return this;
    }

    /** Serves only the tools that this allows; everything by default. */
    public Builder access(Access allowed) {
      access = requireNonNull(allowed);
      return this;
    }

    /** Whether questions to the user are answered yes without asking. */
    public Builder assumeYes(boolean yes) {
      assumeYes = yes;
      return this;
    }

    /** Bounds other than the defaults. */
    public Builder limits(Limits newLimits) {
      limits = requireNonNull(newLimits);
      return this;
    }

    /** Adds one tool. */
    public Builder tool(ServedTool tool) {
      return tools(ToolSet.of(tool));
    }

    /** Adds one tool of records, about whose effects nothing is said. */
    public <I extends Record, O extends Record> Builder tool(
        String toolName,
        String description,
        Class<I> input,
        Class<O> output,
        TypedHandler<I, O> handler) {
      return tool(Tool.named(toolName).says(description).handles(input, output, handler));
    }

    /** Adds tools, which the server owns from then on. */
    public Builder tools(ToolSet set) {
      toolSets.add(requireNonNull(set));
      return this;
    }

    /**
     * Makes the server; no thread starts yet.
     *
     * @throws IllegalArgumentException when two tools have one name
     */
    public McpServer build() {
      return new McpServer(this);
    }
  }
}
