// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.Readiness;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client in one place of the registry, from its registration to its end. What comes later under
 * the same namespace is another generation.
 */
final class Generation {
  private static final Logger LOG = System.getLogger(Generation.class.getName());

  private static final Optional<String> NOT_LOST = Optional.empty();

  private final Namespace namespace;
  private final long number;
  private final McpClient client;
  private final Terms terms;
  private final Gate gate;
  private final Executor closer;
  private final Consumer<Generation> onClosed;
  private final HolderWord word = new HolderWord();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  // How often its server has said that its tools are others.
  private final AtomicLong toolChanges = new AtomicLong();

  // When a call or a lease of it ended last, while that is tracked.
  private volatile long lastUsed;
  private volatile @Nullable Time clock;

  // Replaced as a whole when its server says that the tools have changed.
  private volatile Listing listing = Listing.NOTHING;

  // Why the connection was lost while this was current. Set before the word leaves OPEN: who is
  // refused finds the reason.
  private final AtomicReference<Optional<String>> lost = new AtomicReference<>(NOT_LOST);
  private volatile boolean forced;

  // When the registry let go of it.
  private volatile long retiredAt;

  /**
   * @param gate lets the calls of the namespace through, whichever generation is current
   * @param closer closes the client, in a thread that is nobody's who calls it
   * @param onClosed told when that is done, before {@link #closed} completes
   */
  Generation(
      Namespace namespace,
      long number,
      McpClient client,
      Terms terms,
      Gate gate,
      Executor closer,
      Consumer<Generation> onClosed) {
    this.namespace = namespace;
    this.number = number;
    this.client = client;
    this.terms = terms;
    this.gate = gate;
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

  /** Whether it is a set of this process, whose tools keep their own names. */
  boolean bareNames() {
    return terms.bareNames();
  }

  /** How long a call may take that does not say so itself. */
  Duration callLimit() {
    return terms.callLimit();
  }

  Gate gate() {
    return gate;
  }

  void toolsChanged() {
    toolChanges.incrementAndGet();
  }

  long toolChanges() {
    return toolChanges.get();
  }

  /** The tools that it listed last. What is published of it is in the directory. */
  Listing listing() {
    return listing;
  }

  void listing(Listing newListing) {
    listing = newListing;
  }

  /** Notes from now on when it is used; that costs a look at the clock each time. */
  void trackUse(Time newClock) {
    lastUsed = newClock.nanos();
    clock = newClock;
  }

  long lastUsed() {
    return lastUsed;
  }

  HolderWord.Phase phase() {
    return word.phase();
  }

  /** How many hold it, the registry not included. */
  long holders() {
    return word.leases();
  }

  boolean tryAcquire() {
    return word.tryAcquire();
  }

  /** Lets go of it after a use. */
  void releaseUsed() {
    Time tracking = clock;
    if (tracking != null) {
      lastUsed = tracking.nanos();
    }
    release();
  }

  void release() {
    if (word.release()) {
      closeLater();
    }
  }

  void retiredAt(long nanos) {
    retiredAt = nanos;
  }

  long retiredAt() {
    return retiredAt;
  }

  /** The registry lets go; the client is closed once nobody holds it. */
  void retire() {
    if (word.retire()) {
      closeLater();
    }
  }

  /** Closes it if nobody holds it. False when somebody does, or when it is not open any more. */
  boolean stopIfIdle() {
    boolean idle = word.idle();
    if (idle) {
      closeLater();
    }
    return idle;
  }

  /**
   * The connection is gone: nothing can be called any more, and the rest is cleaned up. False when
   * that was known, or when it is not open any more.
   */
  boolean lose(String reason) {
    if (word.phase() != HolderWord.Phase.OPEN
        || !lost.compareAndSet(NOT_LOST, Optional.of(reason))) {
      return false;
    }
    retire();
    return true;
  }

  /** Closes the client under those who still hold it, if it is draining. */
  boolean force() {
    forced = true;
    if (!word.force()) {
      return false;
    }
    LOG.log(
        Level.WARNING,
        () -> this + " did not finish its calls in time and is closed under " + word);
    closeLater();
    return true;
  }

  /** Whether it is, or is about to be, closed under its calls. */
  boolean isForced() {
    return forced;
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
            + lost.get()
                .map(reason -> reason + " Register it again.")
                .orElse("it has been replaced."));
  }

  Optional<String> lost() {
    return lost.get();
  }

  boolean isLost() {
    return lost.get().isPresent();
  }

  List<Readiness> readiness() {
    return lost.get()
        .map(reason -> List.of(new Readiness(namespace.value(), false, reason)))
        .orElseGet(() -> phase() == HolderWord.Phase.OPEN ? client.readiness() : List.of());
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
