// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ToolSet;
import dev.cleat.spi.TransportProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * MCP clients by namespace, replaced without losing, repeating or killing a call.
 *
 * <pre>{@code
 * try (var registry = McpRegistry.create()) {
 *   registry.register("time", ClientDefinition.command("uvx", "mcp-server-time"));
 *   ToolResult now = registry.callTool("time__get_current_time", Map.of("timezone", "Asia/Tokyo"));
 * }
 * }</pre>
 *
 * <p><b>Replacement.</b> {@link #register(String, ClientDefinition) register} connects and
 * initialises the new client and lists its tools first; then one write makes it current; then the
 * old one finishes its calls and is closed, never in a caller's thread. When the new one fails, the
 * old one stays.
 *
 * <p><b>Calls.</b> A call holds its client from before it is sent until it has ended. One that was
 * not sent goes to the newest client again ({@link RegistryConfig#maxResends}); one that was sent
 * is never sent twice: if its answer is lost it ends as {@link McpException.OutcomeUnknown}.
 *
 * <p><b>Threads.</b> Any thread may call any method. Calls, leases, lists and snapshots take no
 * lock; no lock is held while a client connects, is called or closes.
 */
public final class McpRegistry implements AutoCloseable {
  private final RegistryConfig config;
  private final Connector connector;
  private final RegistryToolSet toolSet = new RegistryToolSet(this);
  private final Clients clients;

  private McpRegistry(Builder builder) {
    config = builder.config;
    connector =
        new Connector(
            builder.transports, builder.classLoader, builder.limits, builder.callersAnswer);
    clients = new Clients(config, toolSet::changed);
  }

  /** A registry with the transports that {@link java.util.ServiceLoader} finds. */
  public static McpRegistry create() {
    return builder().build();
  }

  /** Starts from what {@link #create} makes. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Connects to a server and makes it the client of a namespace; a client that is there already is
   * replaced. Blocks until it is current.
   *
   * @throws McpException.ConnectFailed when it cannot be connected; what was there stays
   * @throws McpException.Closed when the registry is closed, or a later registration of the same
   *     namespace was quicker
   * @throws IllegalArgumentException when the namespace is none
   */
  public void register(String namespace, ClientDefinition definition) {
    Namespace name = Namespace.of(namespace);
    clients.register(name, () -> connector.connect(name, definition), false);
  }

  /**
   * Makes a client that is connected already the client of a namespace. The registry owns it from
   * this call on: it is closed when that fails, before this throws.
   */
  public void register(String namespace, McpClient client) {
    adopt(namespace, client, false);
  }

  /**
   * Holds tools of this process like those of any client, but under their bare names. A set that is
   * there already is replaced. The registry owns the set from this call on.
   *
   * @throws IllegalArgumentException when another namespace offers a tool of the same name; the new
   *     set is closed then
   */
  public void registerTools(String namespace, ToolSet tools) {
    adopt(namespace, McpClient.of(namespace, tools), true);
  }

  private void adopt(String namespace, McpClient client, boolean bareNames) {
    AtomicBoolean taken = new AtomicBoolean();
    try {
      clients.register(
          Namespace.of(namespace),
          () -> {
            taken.set(true);
            return client;
          },
          bareNames);
    } catch (RuntimeException | Error e) {
      if (!taken.get()) {
        Clients.closeAfter(e, client);
      }
      throw e;
    }
  }

  /** Removes a client, which then finishes its calls. False when there was none. */
  public boolean unregister(String namespace) {
    return clients.remove(Namespace.of(namespace));
  }

  /**
   * Holds the current client of a namespace for several calls.
   *
   * @throws McpException.NotFound when there is none
   * @throws McpException.NotSent when its connection is lost
   */
  public Lease acquire(String namespace) {
    return new Lease(clients.hold(Namespace.of(namespace)));
  }

  /**
   * Calls a tool by the name that {@link #tools} gives it.
   *
   * @throws McpException when the call did not get an answer; see there whether it may have
   *     executed
   */
  public ToolResult callTool(String name, Map<String, ?> arguments) {
    return callTool(ToolCall.of(name, arguments));
  }

  /** Calls a tool by the name that {@link #tools} gives it. */
  public ToolResult callTool(ToolCall call) {
    Directory.Place place =
        clients.directory().tool(call.tool()).orElseThrow(() -> clients.notFound(call.tool()));
    return callTool(place.namespace(), call.withTool(place.tool()));
  }

  /** Calls a tool of one namespace by its own name there. */
  ToolResult callTool(Namespace namespace, ToolCall call) {
    for (int resends = 0; ; resends++) {
      Generation generation = clients.hold(namespace);
      try {
        return generation.client().callTool(call);
      } catch (McpException.NotSent | McpException.Closed notSent) {
        // Nobody has executed it. Where a newer client is there, it is as good as the first time.
        if (!clients.isReplaced(generation) || resends >= config.maxResends()) {
          throw notSent;
        }
      } finally {
        generation.release();
      }
    }
  }

  /** All tools, by the names to call them by. */
  public List<Tool> tools() {
    return clients.directory().listed();
  }

  /** The tools as a set to serve. Closing it leaves the registry as it is. */
  public ToolSet asToolSet() {
    return toolSet;
  }

  /** What is held now. */
  public RegistrySnapshot snapshot() {
    List<RegistrySnapshot.ClientView> views = new ArrayList<>();
    Collection<Generation> current = clients.directory().clients();
    for (Generation generation : current) {
      views.add(generation.view(generation.isLost() ? State.LOST : State.READY));
    }
    for (Generation old : clients.retired()) {
      // Some may have been replaced since the directory was read.
      if (!current.contains(old)) {
        boolean draining = old.phase().compareTo(HolderWord.Phase.CLOSING) < 0;
        views.add(old.view(draining ? State.DRAINING : State.CLOSING));
      }
    }
    return new RegistrySnapshot(views);
  }

  /**
   * Refuses new registrations and calls, lets the running calls finish for {@link
   * RegistryConfig#closeLimit}, then closes all clients under those that are left, which takes at
   * most {@link RegistryConfig#forceLimit}. Registrations that are under way are cancelled. Who
   * calls it again waits for the same end.
   */
  @Override
  public void close() {
    clients.close();
  }

  Directory directory() {
    return clients.directory();
  }

  /** Describes a registry. */
  public static final class Builder {
    private RegistryConfig config = RegistryConfig.defaults();
    private Limits limits = Limits.defaults();
    private ClientCapabilities callersAnswer = ClientCapabilities.NONE;
    private final List<TransportProvider> transports = new ArrayList<>();
    private ClassLoader classLoader = McpRegistry.class.getClassLoader();

    private Builder() {}

    /** How clients are replaced. */
    public Builder config(RegistryConfig newConfig) {
      config = requireNonNull(newConfig);
      return this;
    }

    /** Bounds of the connections. */
    public Builder limits(Limits newLimits) {
      limits = requireNonNull(newLimits);
      return this;
    }

    /**
     * Says what the listeners of calls may be able to answer when a server asks. Servers of the
     * older era are told so while they are connected, and ask for nothing else.
     */
    public Builder callersAnswer(ClientCapabilities capabilities) {
      callersAnswer = requireNonNull(capabilities);
      return this;
    }

    /** Adds a way to reach servers, which goes before those that are found. */
    public Builder transport(TransportProvider transport) {
      transports.add(requireNonNull(transport));
      return this;
    }

    /** Where transports are looked for; by default where this class comes from. */
    public Builder classLoader(ClassLoader loader) {
      classLoader = requireNonNull(loader);
      return this;
    }

    /** Makes the registry; no thread starts yet. */
    public McpRegistry build() {
      return new McpRegistry(this);
    }
  }
}
