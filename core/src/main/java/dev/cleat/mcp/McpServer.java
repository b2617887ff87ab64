// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static java.util.Objects.requireNonNull;

import dev.cleat.Access;
import dev.cleat.CacheHint;
import dev.cleat.ChangeListener;
import dev.cleat.Limits;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.ServedTemplate;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.TypedHandler;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.ToolSet;
import dev.cleat.spi.WorkThreads;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
  /**
   * How long a call may keep a thread of a transport that has a pool of them: long for a computer,
   * and far too short to run out of threads.
   */
  private static final long POOLED_NANOS = 20_000_000;

  /** A thread that has had no call for so long is given up. */
  private static final Duration HANDLER_IDLE = Duration.ofSeconds(30);

  private final ServerSettings settings;
  private final List<ToolSet> toolSets;
  private final ExecutorService handlers;
  private final Set<ServerSession> sessions = ConcurrentHashMap.newKeySet();
  private final Object closing = new Object();
  private volatile boolean closed;

  private McpServer(Builder builder) {
    toolSets = List.copyOf(builder.toolSets);
    handlers =
        WorkThreads.create("cleat-handler", builder.limits.maxHandlerThreads(), HANDLER_IDLE);
    settings =
        new ServerSettings(
            builder.name,
            serverInfo(builder),
            builder.instructions,
            builder.access,
            builder.assumeYes,
            builder.limits,
            builder.listCache,
            new RequestState(builder.stateKey, Clock.systemUTC()),
            new Catalogs(toolSets, builder.access),
            handlers);
    toolSets.forEach(set -> set.onChange(new Changes()));
  }

  private static Map<String, Object> serverInfo(Builder builder) {
    Map<String, Object> info = Wire.object("name", builder.name);
    info.put("version", builder.version);
    return Collections.unmodifiableMap(info);
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
    ServerSession session =
        new ServerSession(connection, settings, Pace.SHORTEST_SLOW_NANOS, over -> {});
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
    ServerSession session = new ServerSession(connection, settings, POOLED_NANOS, this::forget);
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
    return settings.catalogs().tool(name).map(ServedTool::tool);
  }

  /** Its bounds. */
  public Limits limits() {
    return settings.limits();
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

  /** Whether each thing behind the tools works now, in the order of the sets. */
  public List<Readiness> readiness() {
    return toolSets.stream().flatMap(set -> set.readiness().stream()).toList();
  }

  private final class Changes implements ChangeListener {
    @Override
    public void changed(Catalog catalog) {
      sessions.forEach(session -> session.changed(catalog));
    }

    @Override
    public void updated(String resourceUri) {
      sessions.forEach(session -> session.updated(resourceUri));
    }
  }

  /** Describes a server. */
  public static final class Builder {
    private String name = "cleat";
    private String version = "0";
    private Optional<String> instructions = Optional.empty();
    private Access access = Access.DESTRUCTIVE;
    private boolean assumeYes;
    private Limits limits = Limits.defaults();
    private CacheHint listCache = new CacheHint(Duration.ZERO, true);
    private byte[] stateKey = RequestState.randomKey();
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

    /**
     * Says for how long clients may keep the lists of what is served; not at all by default. They
     * hear of changes before that if they listen.
     */
    public Builder listCache(CacheHint hint) {
      listCache = requireNonNull(hint);
      return this;
    }

    /**
     * Seals what clients of the stateless era bring back with their answers; a random key by
     * default. Servers that one client may reach in turn need the same.
     *
     * @param key at least 32 random bytes; a secret
     */
    public Builder stateKey(byte[] key) {
      if (key.length < RequestState.KEY_BYTES) {
        throw new IllegalArgumentException(
            "The key has " + key.length + " bytes. It needs at least " + RequestState.KEY_BYTES);
      }
      stateKey = key.clone();
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

    /** Adds one prompt. */
    public Builder prompt(ServedPrompt prompt) {
      return tools(ToolSet.builder().prompt(prompt).build());
    }

    /** Adds one resource. */
    public Builder resource(ServedResource resource) {
      return tools(ToolSet.builder().resource(resource).build());
    }

    /** Adds the resources of one template. */
    public Builder template(ServedTemplate template) {
      return tools(ToolSet.builder().template(template).build());
    }

    /** Adds tools, prompts and resources, which the server owns from then on. */
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
