// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.ChangeListener.Catalog;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.Tool;
import dev.cleat.mcp.McpClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The clients of a registry and how they follow one another.
 *
 * <p>A registration (1) takes a ticket, (2) connects and lists tools without any lock, (3) swaps
 * the directory under the lock, which is one write, and (4) lets go of the old generation. Readers
 * see the old directory or the new one. A reader that took the old generation from the old
 * directory is refused by its word at worst, and looks again.
 */
class Clients {
  private static final Logger LOG = System.getLogger(Clients.class.getName());

  private final RegistryConfig config;
  private final Background background = new Background();
  private final Runnable onChange;

  private final ReentrantLock transitions = new ReentrantLock();

  // Both written under transitions only, and read without.
  private volatile Directory directory = Directory.EMPTY;
  private volatile boolean closing;

  // Guarded by transitions. The highest ticket wins its namespace, however long others take to
  // connect. What has won matters only to registrations that were running meanwhile.
  private long lastTicket;
  private final Map<Namespace, Long> winners = new HashMap<>();
  private final Registrations registrations = new Registrations(transitions);

  // Generations that are not current any more and not closed yet. One gets here before the
  // directory without it is published, so that it is always in one of the two, and that close finds
  // it whatever the thread is doing that replaced it.
  private final Set<Generation> retired = ConcurrentHashMap.newKeySet();

  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /**
   * @param onChange told, from a thread of the registry, that there are other tools now
   */
  Clients(RegistryConfig config, Runnable onChange) {
    this.config = config;
    this.onChange = onChange;
  }

  // Overridden by a test, which stops a thread between reading this and holding what it read.
  Directory directory() {
    return directory;
  }

  Collection<Generation> retired() {
    return retired;
  }

  /** Makes a client current. Owns it as soon as it is connected, and closes it on every failure. */
  void register(Namespace namespace, Supplier<McpClient> connect, boolean bareNames) {
    Registrations.Entry registration = begin();
    try {
      McpClient client = connect.get();
      try {
        adopt(namespace, registration.ticket(), client, bareNames);
      } catch (RuntimeException | Error e) {
        closeAfter(e, client);
        throw e;
      }
    } catch (McpException.Cancelled e) {
      throw closing ? registryClosed() : e;
    } finally {
      end(registration);
    }
  }

  /**
   * Closes a client that did not become current. An interrupt has ended its registration and not
   * this: the client gets its time to end.
   */
  static void closeAfter(Throwable failure, McpClient client) {
    boolean interrupted = Thread.interrupted();
    try {
      client.close();
    } catch (RuntimeException | Error second) {
      failure.addSuppressed(second);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void adopt(Namespace namespace, long ticket, McpClient client, boolean bareNames) {
    Generation fresh =
        new Generation(namespace, ticket, client, bareNames, background.closer(), retired::remove);
    // Listened to before the tools are listed, so that no change falls in between; told to the
    // registry after it is current, because a refresh of what is not current comes to nothing.
    CompletableFuture<String> ended = client.ended();
    client.onChange(
        catalog -> {
          if (catalog == Catalog.TOOLS) {
            fresh.toolsChanged();
            refreshLater(fresh);
          }
        });
    long changes = fresh.toolChanges();
    fresh.tools(list(namespace, client));
    if (ended.isDone()) {
      throw new McpException.ConnectFailed(
          "\"" + namespace + "\" was connected, and is gone: " + reason(ended), null);
    }
    swap(fresh).ifPresent(this::letGo);
    var unused = ended.whenComplete((reason, failure) -> fresh.lose(reason(ended)));
    if (fresh.toolChanges() != changes) {
      refreshLater(fresh);
    }
    tellOfChange();
  }

  private static String reason(CompletableFuture<String> ended) {
    return ended.handle((reason, failure) -> failure == null ? reason : failure.toString()).join();
  }

  private static List<Tool> list(Namespace namespace, McpClient client) {
    try {
      return client.listTools();
    } catch (McpException.Cancelled e) {
      throw e;
    } catch (McpException e) {
      throw new McpException.ConnectFailed(
          "\"" + namespace + "\" is connected, and does not list its tools. " + e.getMessage(), e);
    }
  }

  private Optional<Generation> swap(Generation fresh) {
    Namespace namespace = fresh.namespace();
    transitions.lock();
    try {
      if (closing) {
        throw registryClosed();
      }
      if (winners.getOrDefault(namespace, 0L) > fresh.number()) {
        throw new McpException.Closed(
            "A later registration or removal of \"" + namespace + "\" was quicker.");
      }
      Optional<Generation> old = directory.client(namespace);
      Directory next = directory.with(fresh);
      old.ifPresent(retired::add);
      directory = next;
      winners.put(namespace, fresh.number());
      return old;
    } finally {
      transitions.unlock();
    }
  }

  /** Removes a client, which then finishes its calls. False when there was none. */
  boolean remove(Namespace namespace) {
    Optional<Generation> removed;
    transitions.lock();
    try {
      removed = directory.client(namespace);
      removed.ifPresent(retired::add);
      directory = directory.without(namespace);
      winners.put(namespace, ++lastTicket);
      forgetWinners();
    } finally {
      transitions.unlock();
    }
    removed.ifPresent(this::letGo);
    if (removed.isPresent()) {
      tellOfChange();
    }
    return removed.isPresent();
  }

  /** Becomes a holder of the current generation, whichever that is by then. */
  Generation hold(Namespace namespace) {
    Generation refused = null;
    while (true) {
      Directory now = directory();
      Generation current = now.client(namespace).orElse(null);
      if (current == null) {
        throw closing ? registryClosed() : new McpException.NotFound(now.noSuchClient(namespace));
      }
      if (current.tryAcquire()) {
        return current;
      }
      if (current == refused) {
        // Refused twice and still current, so it was not replaced: its connection is lost.
        throw current.refusal();
      }
      refused = current;
    }
  }

  /** Whether another generation than this one is current in its namespace. */
  boolean isReplaced(Generation generation) {
    return directory
        .client(generation.namespace())
        .filter(current -> current != generation)
        .isPresent();
  }

  McpException notFound(String tool) {
    return closing ? registryClosed() : new McpException.NotFound(directory.noSuchTool(tool));
  }

  /**
   * Ends everything: (1) nothing is registered and held any more, and registrations under way are
   * cancelled; (2) running calls have their time; (3) what is left is closed under its calls, and
   * has a last time; (4) whatever is still there is named and left behind.
   */
  void close() {
    if (!beginToClose()) {
      closed.join();
      return;
    }
    boolean interrupted = false;
    try {
      retired.forEach(this::letGo);
      long deadline = System.nanoTime() + Background.nanos(config.closeLimit());
      // An interrupt means not to wait for calls; it does not mean to leave clients behind.
      interrupted = isInterruptedBeforeAllAreClosed(deadline);
      retired.forEach(Generation::force);
      long last = System.nanoTime() + Background.nanos(config.forceLimit());
      boolean allRegistered = registrations.awaitOthers(last);
      interrupted |= isInterruptedBeforeAllAreClosed(last);
      if (!retired.isEmpty() || !allRegistered) {
        LOG.log(
            Level.WARNING,
            () -> "The registry is closed without waiting any longer for the end of " + retired);
      }
    } finally {
      background.close();
      closed.complete(null);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean beginToClose() {
    transitions.lock();
    try {
      if (closing) {
        return false;
      }
      closing = true;
      retired.addAll(directory.clients());
      directory = Directory.EMPTY;
      registrations.interruptOthers();
      return true;
    } finally {
      transitions.unlock();
    }
  }

  private Registrations.Entry begin() {
    transitions.lock();
    try {
      if (closing) {
        throw registryClosed();
      }
      return registrations.add(++lastTicket);
    } finally {
      transitions.unlock();
    }
  }

  private void end(Registrations.Entry registration) {
    transitions.lock();
    try {
      registrations.remove(registration);
      forgetWinners();
    } finally {
      transitions.unlock();
    }
  }

  private void forgetWinners() {
    if (registrations.isEmpty()) {
      winners.clear();
    }
  }

  private void tellOfChange() {
    background.once(onChange, onChange);
  }

  private void refreshLater(Generation generation) {
    background.once(generation, () -> refresh(generation));
  }

  /** Lists the tools of a generation again, and publishes them if it still is the current one. */
  private void refresh(Generation generation) {
    if (!generation.tryAcquire()) {
      return;
    }
    try {
      publish(generation, generation.client().listTools());
    } catch (McpException lost) {
      // Nothing is wrong here: its tools stay listed, and the next call shows what it can do.
      LOG.log(Level.INFO, () -> generation + " did not list its tools again: " + lost.getMessage());
    } finally {
      generation.release();
    }
  }

  private void publish(Generation generation, List<Tool> tools) {
    transitions.lock();
    try {
      if (directory.client(generation.namespace()).filter(g -> g == generation).isEmpty()) {
        return;
      }
      List<Tool> before = generation.tools();
      generation.tools(tools);
      try {
        directory = directory.with(generation);
      } catch (IllegalArgumentException nameTaken) {
        generation.tools(before);
        throw nameTaken;
      }
    } finally {
      transitions.unlock();
    }
    tellOfChange();
  }

  // Overridden by a test, which stops a thread before this.
  /** To be done once it is among the retired. Harmless when repeated. */
  void letGo(Generation old) {
    var unused = old.closed().whenComplete((done, never) -> retired.remove(old));
    old.retire();
    background.after(config.drainLimit(), old.closed(), old::force);
  }

  /** Waits for the end of the retired, until a deadline. */
  private boolean isInterruptedBeforeAllAreClosed(long deadline) {
    CompletableFuture<?>[] all =
        retired.stream().map(Generation::closed).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(all)
          .get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return false;
    } catch (InterruptedException e) {
      return true;
    } catch (TimeoutException | ExecutionException someAreBusy) {
      // They are forced next, or left behind.
      return false;
    }
  }

  private static McpException.Closed registryClosed() {
    return new McpException.Closed("The registry is closed.");
  }
}
