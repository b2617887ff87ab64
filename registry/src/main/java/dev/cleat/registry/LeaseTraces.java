// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.registry.RegistryEvent.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Finds leases that were thrown away and never closed: says where they were acquired, and releases
 * them.
 *
 * <p>A trace costs a stack trace, so only so many leases a second get one. Whoever forgets to close
 * leases does so again and again, and is found soon, also in a program that acquires millions.
 */
final class LeaseTraces {
  private static final Logger LOG = System.getLogger(LeaseTraces.class.getName());

  /** At some 5 µs each this is half a thousandth of one processor. */
  static final int TRACES_PER_SECOND = 100;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Time time;
  private final Events events;
  private final ReferenceQueue<Lease> thrownAway = new ReferenceQueue<>();

  // Also what keeps the traces themselves from being thrown away.
  private final Set<Trace> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger left = new AtomicInteger(TRACES_PER_SECOND);
  private final AtomicBoolean ticking = new AtomicBoolean();

  LeaseTraces(Time time, Events events) {
    this.time = time;
    this.events = events;
  }

  /** What is known of one lease without keeping it. */
  final class Trace extends PhantomReference<Lease> {
    private final Lease.Hold hold;
    private final Throwable origin = new Throwable("The lease was acquired here");

    private Trace(Lease lease, Lease.Hold hold) {
      super(lease, thrownAway);
      this.hold = hold;
    }

    /** The lease has been closed as it should. */
    void end() {
      open.remove(this);
      clear();
    }
  }

  /** Traces a lease, if it is its turn. */
  @Nullable Trace trace(Lease lease, Lease.Hold hold) {
    if (left.get() <= 0) {
      return null;
    }
    left.decrementAndGet();
    Trace trace = new Trace(lease, hold);
    open.add(trace);
    tick();
    return trace;
  }

  /** Looks once a second, while there is something to look at. */
  private void tick() {
    if (ticking.compareAndSet(false, true)) {
      var unused = time.after(SECOND, this::look);
    }
  }

  private void look() {
    for (Reference<?> found = thrownAway.poll(); found != null; found = thrownAway.poll()) {
      if (found instanceof Trace trace && open.remove(trace)) {
        report(trace);
      }
    }
    left.set(TRACES_PER_SECOND);
    ticking.set(false);
    if (!open.isEmpty()) {
      tick();
    }
  }

  private void report(Trace trace) {
    Generation generation = trace.hold.generation();
    LOG.log(
        Level.WARNING,
        () -> "A lease of " + generation + " was never closed. Close it, best in a try.",
        trace.origin);
    events.publish(
        generation.namespace(), generation.number(), Kind.LEASE_LEAKED, acquiredAt(trace.origin));
    trace.hold.close();
  }

  /** The first place outside of this package. */
  private static String acquiredAt(Throwable origin) {
    for (StackTraceElement frame : origin.getStackTrace()) {
      if (!frame.getClassName().startsWith(LeaseTraces.class.getPackageName() + ".")) {
        return "acquired at " + frame;
      }
    }
    return "acquired within the registry";
  }
}
