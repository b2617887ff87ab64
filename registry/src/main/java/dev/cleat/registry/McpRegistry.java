// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.Access;
import dev.cleat.CallListener;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Prompt;
import dev.cleat.PromptResult;
import dev.cleat.Resource;
import dev.cleat.ResourceContents;
import dev.cleat.ServedPrompt;
import dev.cleat.ServedResource;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolName;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ClientSource;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * <p><b>Supervision.</b> What was registered by a definition, or is wanted by a {@link
 * ClientSource}, is kept connected: it is connected again when it is lost, less and less often
 * while that fails, and at once when somebody calls it.
 *
 * <p><b>Calls.</b> A call holds its client from before it is sent until it has ended. One that was
 * not sent goes to the newest client again ({@link RegistryConfig#maxResends}); one that was sent
 * is never sent twice, unless its caller {@linkplain ToolCall#withRepeatable allows} that and the
 * tool does no harm twice: if its answer is lost it ends as {@link McpException.OutcomeUnknown}.
 *
 * <p><b>Threads.</b> Any thread may call any method. What holds, and the tests that prove it:
 *
 * <ul>
 *   <li>Nobody ever gets a client that is closed, or closed under its call before the drain limit
 *       ({@code HolderWordLincheckTest}, {@code ReplacementTest}, {@code StressTest}).
 *   <li>Calls, leases, lists and snapshots take no lock; no lock is held while a client connects,
 *       is called or closes ({@code RegistryModelTest}, {@code ReplacementTest}).
 *   <li>A list or a snapshot is of one moment ({@code SnapshotTest}).
 *   <li>One attempt at a time connects a namespace, and none begins after {@link #close} ({@code
 *       SupervisorTest}).
 *   <li>Of several calls that wait for their turn, the oldest goes first, and the limit holds
 *       ({@code GateModelTest}, {@code GateLincheckTest}, {@code GateStressTest}).
 * </ul>
 */
public final class McpRegistry implements AutoCloseable {
  private final Parts parts;

  McpRegistry(RegistryBuilder builder) {
    parts = new Parts(builder);
  }

  /** A registry with the transports that {@link java.util.ServiceLoader} finds. */
  public static McpRegistry create() {
    return builder().build();
  }

  /** Starts from what {@link #create} makes. */
  public static RegistryBuilder builder() {
    return new RegistryBuilder();
  }

  /**
   * Connects to a server, makes it the client of a namespace and keeps it connected from then on; a
   * client that is there already is replaced. Blocks until it is current.
   *
   * @throws McpException.ConnectFailed when it cannot be connected; what was there stays
   * @throws McpException.Closed when the registry is closed, or a later registration of the same
   *     namespace was quicker
   * @throws IllegalArgumentException when the namespace is none
   */
  public void register(String namespace, ClientDefinition definition) {
    parts.supervisor.register(Namespace.of(namespace), requireNonNull(definition));
  }

  /**
   * Makes a client that is connected already the client of a namespace. The registry owns it from
   * this call on: it is closed when that fails, before this throws. When its connection is lost, it
   * stays {@link RegistrySnapshot.State#LOST}: only a definition can be connected again.
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
      Namespace name = Namespace.of(namespace);
      parts.supervisor.register(
          name,
          () ->
              parts.clients.register(
                  name,
                  () -> {
                    taken.set(true);
                    return client;
                  },
                  parts.connector.terms(bareNames, parts.config),
                  entry -> {}));
    } catch (RuntimeException | Error e) {
      if (!taken.get()) {
        Clients.closeAfter(e, client);
      }
      throw e;
    }
  }

  /**
   * Removes a client, which then finishes its calls; those that wait for their turn are refused.
   * False when there was none.
   */
  public boolean unregister(String namespace) {
    return parts.supervisor.remove(Namespace.of(namespace), Optional.empty());
  }

  /**
   * Waits until each client that is wanted is connected or has failed once, or the time is over.
   *
   * @return whether all have
   * @throws InterruptedException when the thread is interrupted meanwhile
   */
  public boolean awaitSettled(Duration most) throws InterruptedException {
    CompletableFuture<?>[] all =
        parts.supervisor.all().stream().map(one -> one.settled).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(all).get(Background.nanos(most), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Holds the current client of a namespace for several calls.
   *
   * @throws McpException.NotFound when there is none
   * @throws McpException.NotSent when it is not connected and cannot be now
   * @throws McpException.TimedOut when it is being connected for longer than a call may take
   */
  public Lease acquire(String namespace) {
    Directory.Entry entry = parts.clients.directory().entry(namespace);
    // The usual case, without a detour.
    Generation held =
        entry != null && entry.generation().tryAcquire()
            ? entry.generation()
            : parts.calls.hold(Namespace.of(namespace));
    return new Lease(held, parts.traces);
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
    ToolName name = parts.calls.named(call.tool());
    return parts.calls.call(name.namespace(), call.withTool(name.tool()));
  }

  /**
   * The same without a thread that waits. Tools of this process run in the caller's thread; calls
   * of others return at once, and go on in the threads of their connections.
   *
   * @return completes with the result, or exceptionally with the {@link McpException} that {@link
   *     #callTool(ToolCall)} would throw; cancelling it cancels the call
   */
  public CompletableFuture<ToolResult> callToolAsync(ToolCall call) {
    try {
      ToolName name = parts.calls.named(call.tool());
      return RoutedCall.start(parts.calls, name.namespace(), call.withTool(name.tool()));
    } catch (McpException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Calls a tool of several clients, a few at a time, and waits for what they answer.
   *
   * @param tool its own name there
   * @return the answers, and who did not answer and why; never fails because of one of them
   * @throws McpException.Cancelled when the thread is interrupted; what still ran is cancelled
   */
  public FanOutResult fanOut(Selector selector, String tool, Map<String, ?> arguments) {
    return fanOut(selector, ToolCall.of(tool, arguments), FanOutOptions.defaults());
  }

  /**
   * The same with bounds of its own. The listener of the call hears how many are done.
   *
   * @param call by the tool's own name
   */
  public FanOutResult fanOut(Selector selector, ToolCall call, FanOutOptions options) {
    return new FanOut(
            parts.background, new FanOutTargets(parts.clients, parts.supervisor, parts.calls))
        .run(
            selector,
            call.withListener(CallListener.NONE),
            options,
            (done, total) -> call.listener().progress(done, total, ""));
  }

  /** All tools, by the names to call them by. Those of a client stay listed while it is away. */
  public List<Tool> tools() {
    return parts.clients.directory().listed();
  }

  /**
   * All prompts, by the names to get them by. Waits up to two seconds for what clients that have
   * just come are listing.
   */
  public List<Prompt> prompts() {
    return parts.toolSet.offers().settled().prompts().stream().map(ServedPrompt::prompt).toList();
  }

  /**
   * Gets a prompt by the name that {@link #prompts} gives it.
   *
   * @throws McpException.NotFound when there is none
   */
  public PromptResult getPrompt(String name, Map<String, String> arguments, CallListener listener) {
    return parts.toolSet.offers().index().prompt(name, arguments, listener);
  }

  /** All resources, by URI; of two clients that offer the same, the first by namespace has it. */
  public List<Resource> resources() {
    return parts.toolSet.offers().settled().resources().stream()
        .map(ServedResource::resource)
        .toList();
  }

  /**
   * Reads a resource.
   *
   * @throws McpException.NotFound when no client offers it
   */
  public List<ResourceContents> readResource(String uri, CallListener listener) {
    return parts.toolSet.offers().index().read(uri, listener);
  }

  /**
   * All tools, prompts and resources as a set to serve. Closing it leaves the registry as it is.
   */
  public ToolSet asToolSet() {
    return parts.toolSet;
  }

  /**
   * The tools that fit a few words best, by their names, descriptions and arguments.
   *
   * @param query any text of at most 1,000 characters with a word in it
   * @param limit how many at most; above 0
   * @return the best first, each with the generation that offers it
   * @throws IllegalArgumentException when the text has no word or is too long, or the limit is not
   *     above 0
   */
  public List<ToolHit> searchTools(String query, int limit) {
    return parts.clients.directory().search().search(query, limit);
  }

  /**
   * Calls a tool that a search has found, of the very client that was found.
   *
   * @param call its name is not looked at
   * @throws McpException.NotFound when that client has been replaced since, or the tool is gone;
   *     never is another tool of that name called instead
   */
  public ToolResult callTool(ToolHit hit, ToolCall call) {
    return parts.calls.call(hit, call);
  }

  /**
   * A set to serve where there are too many tools for a model to read: it lists {@code
   * search_tools}, {@code call_tool} and the tools of this process. Whoever knows the name of
   * another tool may call it all the same.
   *
   * @param access what may be found and called; the server has to have the same
   */
  public ToolSet asSearchToolSet(Access access) {
    return new SearchToolSet(
        parts.toolSet,
        access,
        () -> parts.clients.directory().search(),
        parts.toolSet::toolsOfThisProcess);
  }

  /** What is held now. */
  public RegistrySnapshot snapshot() {
    return parts.views.snapshot();
  }

  /**
   * Refuses new registrations and calls, lets the running calls finish for {@link
   * RegistryConfig#closeLimit}, then closes all clients under those that are left, which takes at
   * most {@link RegistryConfig#forceLimit}. Registrations that are under way are cancelled, and
   * nothing is connected any more when this returns. Who calls it again waits for the same end.
   */
  @Override
  public void close() {
    parts.close();
  }

  Parts parts() {
    return parts;
  }
}
