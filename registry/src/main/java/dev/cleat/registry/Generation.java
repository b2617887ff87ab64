// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Tool;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.Readiness;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One client in one place of the registry, from its registration to its end. What comes later under
 * the same namespace is another generation.
 */
final class Generation {
  private static final Logger LOG = System.getLogger(Generation.class.getName());

  private final Namespace namespace;
  private final long number;
  private final McpClient client;
  private final boolean bareNames;
  private final Executor closer;
  private final Consumer<Generation> onClosed;
  private final HolderWord word = new HolderWord();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  // Replaced as a whole when the server says that its tools have changed.
  private volatile List<Tool> tools = List.of();

  // How often it has said so.
  private final AtomicLong toolChanges = new AtomicLong();

  // Why the connection was lost while this was current. Set before the word leaves OPEN: who is
  // refused finds the reason.
  private volatile Optional<String> lost = Optional.empty();

  /**
   * @param closer closes the client, in a thread that is nobody's who calls it
   * @param onClosed told when that is done, before {@link #closed} completes
   */
  Generation(
      Namespace namespace,
      long number,
      McpClient client,
      boolean bareNames,
      Executor closer,
      Consumer<Generation> onClosed) {
    this.namespace = namespace;
    this.number = number;
    this.client = client;
    this.bareNames = bareNames;
    this.closer = closer;
    this.onClosed = onClosed;
  }

  Namespace namespace() {
    return namespace;
  }

  long number() {
    return number;
  }

  McpClient client() {
    return client;
  }

  boolean bareNames() {
    return bareNames;
  }

  List<Tool> tools() {
    return tools;
  }

  void tools(List<Tool> newTools) {
    tools = newTools;
  }

  void toolsChanged() {
    toolChanges.incrementAndGet();
  }

  long toolChanges() {
    return toolChanges.get();
  }

  HolderWord.Phase phase() {
    return word.phase();
  }

  boolean tryAcquire() {
    return word.tryAcquire();
  }

  void release() {
    if (word.release()) {
      closeLater();
    }
  }

  /** The registry lets go; the client is closed once nobody holds it. */
  void retire() {
    if (word.retire()) {
      closeLater();
    }
  }

  /** The connection is gone: nothing can be called any more, and the rest is cleaned up. */
  void lose(String reason) {
    if (word.phase() == HolderWord.Phase.OPEN) {
      lost = Optional.of(reason);
      retire();
    }
  }

  /** Closes the client under those who still hold it, if it is draining. */
  void force() {
    if (word.force()) {
      LOG.log(
          Level.WARNING,
          () -> this + " did not finish its calls in time and is closed under " + word);
      closeLater();
    }
  }

  /** Completes when the client is closed. */
  CompletableFuture<Void> closed() {
    return closed;
  }

  /** Why a lease was refused. */
  McpException refusal() {
    return new McpException.NotSent(
        "The client \""
            + namespace
            + "\" is down: "
            + lost.orElse("it has been replaced")
            + " Register it again.");
  }

  boolean isLost() {
    return lost.isPresent();
  }

  List<Readiness> readiness() {
    return lost.map(reason -> List.of(new Readiness(namespace.value(), false, reason)))
        .orElseGet(client::readiness);
  }

  RegistrySnapshot.ClientView view(RegistrySnapshot.State state) {
    return new RegistrySnapshot.ClientView(
        namespace, number, state, word.leases(), client.peer(), tools.size(), lost);
  }

  private void closeLater() {
    closer.execute(
        () -> {
          try {
            client.close();
          } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, () -> "Closing " + this + " failed", e);
          } finally {
            word.closed();
            onClosed.accept(this);
            closed.complete(null);
          }
        });
  }

  @Override
  public String toString() {
    return namespace + "#" + number;
  }
}
