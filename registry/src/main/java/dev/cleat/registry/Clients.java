// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.McpClient;
import dev.cleat.registry.RegistryEvent.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  private final Background background;
  private final Events events;
  private final Metering metering;
  private final Watcher watcher;
  private final Function<Namespace, Metering.Gauges> gauges;
  private final Retired retired;
  private final Gates gates;
  private final Listings listings;

  private final ReentrantLock transitions = new ReentrantLock();

  // Both written under transitions only, and read without.
  private volatile Directory directory = Directory.EMPTY;
  private volatile boolean closing;

  private final Registrations registrations = new Registrations(transitions);

  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  Clients(
      RegistryConfig config,
      Background background,
      Events events,
      Metering metering,
      Watcher watcher,
      Function<Namespace, Metering.Gauges> gauges) {
    this.gauges = gauges;
    this.config = config;
    this.background = background;
    this.events = events;
    this.metering = metering;
    this.watcher = watcher;
    retired = new Retired(config.drainLimit(), background, events, metering);
    gates = new Gates(background, events);
    listings = new Listings(background, watcher, this::publish);
  }

  // Overridden by a test, which stops a thread between reading this and holding what it read.
  Directory directory() {
    return directory;
  }

  Retired retired() {
    return retired;
  }

  boolean isClosing() {
    return closing;
  }

  Gates gates() {
    return gates;
  }

  /**
   * Makes a client current. Owns it as soon as it is connected, and closes it on every failure.
   *
   * @param begun gets what this registration can be {@linkplain #interrupt interrupted} by
   */
  Generation register(
      Namespace namespace,
      Supplier<McpClient> connect,
      Terms terms,
      Consumer<Registrations.Entry> begun) {
    Registrations.Entry registration = begin();
    try {
      begun.accept(registration);
      McpClient client = connect.get();
      try {
        return adopt(namespace, registration.ticket(), client, terms);
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

  /** Ends a registration early, if it still runs. */
  void interrupt(Registrations.Entry registration) {
    transitions.lock();
    try {
      registrations.interrupt(registration);
    } finally {
      transitions.unlock();
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

  private Generation adopt(Namespace namespace, long ticket, McpClient client, Terms terms) {
    Generation fresh =
        new Generation(
            namespace,
            ticket,
            client,
            terms,
            gates.of(namespace, terms.gate()),
            background.workers(),
            retired::closed);
    // Listened to before the tools are listed, so that no change falls in between; told to the
    // registry after it is current, because a refresh of what is not current comes to nothing.
    CompletableFuture<String> ended = client.ended();
    client.onChange(listings.changesOf(fresh));
    long changes = fresh.toolChanges();
    Listing listing = Listings.first(fresh);
    if (ended.isDone()) {
      throw new McpException.ConnectFailed(
          "\"" + namespace + "\" was connected, and is gone: " + reason(ended), null);
    }
    swap(fresh, listing).ifPresent(this::letGo);
    fresh.gate().settings(terms.gate());
    fresh.gate().reset();
    var unused = ended.whenComplete((reason, failure) -> lost(fresh));
    if (fresh.toolChanges() != changes) {
      listings.refreshLater(fresh);
    }
    watcher.connected(fresh);
    tellOfChange();
    return fresh;
  }

  /** Notes that the connection of a client has ended, if it has. Harmless when repeated. */
  void lost(Generation generation) {
    CompletableFuture<String> ended = generation.client().ended();
    if (ended.isDone()) {
      lose(generation, reason(ended));
    }
  }

  /** Gives up the connection of a client. */
  void lose(Generation generation, String reason) {
    boolean lost;
    transitions.lock();
    try {
      lost = generation.lose(reason);
      if (lost && directory.isCurrent(generation)) {
        events.publish(generation.namespace(), generation.number(), Kind.LOST, reason);
      }
    } finally {
      transitions.unlock();
    }
    if (lost) {
      watcher.lost(generation);
    }
  }

  private static String reason(CompletableFuture<String> ended) {
    return ended.handle((reason, failure) -> failure == null ? reason : failure.toString()).join();
  }

  private Optional<Generation> swap(Generation fresh, Listing listing) {
    Namespace namespace = fresh.namespace();
    transitions.lock();
    try {
      if (closing) {
        throw registryClosed();
      }
      registrations.mustNotBeOvertaken(namespace, fresh.number());
      Optional<Generation> old = directory.client(namespace);
      Directory next = directory.with(fresh, listing);
      old.ifPresent(retired::add);
      directory = next;
      fresh.listing(listing);
      registrations.won(namespace, fresh.number());
      metering.bind(namespace, () -> gauges.apply(namespace));
      events.publish(namespace, fresh.number(), Kind.READY, "");
      old.ifPresent(o -> events.publish(namespace, o.number(), Kind.DRAINING, "replaced"));
      return old;
    } finally {
      transitions.unlock();
    }
  }

  /** A namespace is wanted, before there is a client: it is measured from now on. */
  void expect(Namespace namespace) {
    transitions.lock();
    try {
      metering.bind(namespace, () -> gauges.apply(namespace));
    } finally {
      transitions.unlock();
    }
  }

  /**
   * Removes a client, which then finishes its calls. False when there was none.
   *
   * @param wanted whether somebody wanted it, be it connected or not
   */
  boolean remove(Namespace namespace, boolean wanted) {
    Optional<Generation> removed;
    Gate gate;
    transitions.lock();
    try {
      removed = directory.client(namespace);
      removed.ifPresent(retired::add);
      directory = directory.without(namespace);
      registrations.removed(namespace);
      gate = gates.remove(namespace);
      removed.ifPresent(o -> events.publish(namespace, o.number(), Kind.DRAINING, "removed"));
      if (removed.isPresent() || wanted) {
        events.publish(namespace, 0, Kind.REMOVED, "");
        metering.unbind(namespace);
      }
    } finally {
      transitions.unlock();
    }
    if (gate != null) {
      gate.remove();
    }
    removed.ifPresent(this::letGo);
    if (removed.isPresent()) {
      tellOfChange();
    }
    return removed.isPresent();
  }

  /** Becomes a holder of the current generation, whichever that is by then; null when none can. */
  @Nullable Generation tryHold(String namespace) {
    Generation refused = null;
    while (true) {
      Directory.Entry entry = directory().entry(namespace);
      if (entry == null) {
        return null;
      }
      Generation current = entry.generation();
      if (current.tryAcquire()) {
        return current;
      }
      if (current == refused) {
        // Refused twice and still current, so it was not replaced: it is lost, or idle.
        return null;
      }
      refused = current;
    }
  }

  /** Whether somebody wants to hear from one though nobody calls it. */
  boolean isListenedTo(Generation generation) {
    return watcher.isListenedTo(generation);
  }

  /** Whether another generation than this one is current in its namespace. */
  boolean isReplaced(Generation generation) {
    return directory.entry(generation.namespace().value()) != null && !isCurrent(generation);
  }

  boolean isCurrent(Generation generation) {
    return directory.isCurrent(generation);
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
      gates.closeAll(Clients::registryClosed);
      retired.all().forEach(this::letGo);
      long deadline = System.nanoTime() + Background.nanos(config.closeLimit());
      // An interrupt means not to wait for calls; it does not mean to leave clients behind.
      interrupted = retired.isInterruptedBeforeAllAreClosed(deadline);
      retired.forceAll();
      long last = System.nanoTime() + Background.nanos(config.forceLimit());
      boolean allRegistered = registrations.awaitOthers(last);
      interrupted |= retired.isInterruptedBeforeAllAreClosed(last);
      if (!retired.isEmpty() || !allRegistered) {
        LOG.log(
            Level.WARNING,
            () -> "The registry is closed without waiting any longer for the end of " + retired);
      }
    } finally {
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
      retired.addAll(directory.entries());
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
      return registrations.add();
    } finally {
      transitions.unlock();
    }
  }

  private void end(Registrations.Entry registration) {
    transitions.lock();
    try {
      registrations.remove(registration);
    } finally {
      transitions.unlock();
    }
  }

  private void tellOfChange() {
    background.once(watcher, watcher::toolsChanged);
  }

  /** Publishes the tools of a generation, if it still is the current one. */
  void publish(Generation generation, Listing listing) {
    transitions.lock();
    try {
      if (!directory.isCurrent(generation)) {
        metering.staleVerdict(generation.namespace());
        return;
      }
      directory = directory.with(generation, listing);
      generation.listing(listing);
      events.publish(generation.namespace(), generation.number(), Kind.TOOLS_CHANGED, "");
    } finally {
      transitions.unlock();
    }
    tellOfChange();
  }

  // Overridden by a test, which stops a thread before this.
  void letGo(Generation old) {
    retired.letGo(old);
  }

  static McpException.Closed registryClosed() {
    return new McpException.Closed("The registry is closed.");
  }
}
