// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static java.util.Objects.requireNonNull;

import dev.cleat.Namespace;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a registry in Micrometer. Each has the tag {@code namespace}; a timer that never
 * had anything to time is not there.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>what</th></tr>
 * <tr><td>{@code cleat.registry.calls}</td><td>timer, by {@code outcome} ({@link
 *     Metering.Outcome} in lower case)</td></tr>
 * <tr><td>{@code cleat.registry.resends}</td><td>counter of calls that were not sent and went to a
 *     newer client</td></tr>
 * <tr><td>{@code cleat.registry.drains}</td><td>timer, from the replacement or removal of a client
 *     to its end, by {@code forced}</td></tr>
 * <tr><td>{@code cleat.registry.stale.verdicts}</td><td>counter of what came too late to matter
 *     </td></tr>
 * <tr><td>{@code cleat.registry.generation}, {@code .holders}, {@code .in.flight}, {@code .queued},
 *     {@code .breaker}, {@code .state}</td><td>gauges, see {@link Metering.Gauges}</td></tr>
 * </table>
 *
 * <p>The only class that needs Micrometer, and loaded only for who gives the registry a {@link
 * MeterRegistry}.
 */
final class RegistryMeters implements Metering {
  private static final Logger LOG = System.getLogger(RegistryMeters.class.getName());
  private static final String PREFIX = "cleat.registry.";

  private final MeterRegistry registry;
  private final Map<Namespace, OfNamespace> bound = new ConcurrentHashMap<>();
  private final AtomicBoolean failureLogged = new AtomicBoolean();
  private volatile boolean closed;

  RegistryMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public boolean timed() {
    return true;
  }

  @Override
  public void callEnded(Namespace namespace, long nanos, Outcome outcome) {
    OfNamespace meters = bound.get(namespace);
    if (meters != null) {
      meters.callEnded(nanos, outcome);
    }
  }

  @Override
  public void resent(Namespace namespace) {
    OfNamespace meters = bound.get(namespace);
    if (meters != null) {
      meters.resent();
    }
  }

  @Override
  public void drained(Namespace namespace, long nanos, boolean forced) {
    OfNamespace meters = bound.get(namespace);
    if (meters != null) {
      meters.drained(nanos, forced);
    }
  }

  @Override
  public void staleVerdict(Namespace namespace) {
    OfNamespace meters = bound.get(namespace);
    if (meters != null) {
      meters.staleVerdict();
    }
  }

  @Override
  public void bind(Namespace namespace, Supplier<Gauges> gauges) {
    if (closed) {
      return;
    }
    OfNamespace fresh = new OfNamespace(namespace, gauges);
    OfNamespace before = bound.putIfAbsent(namespace, fresh);
    if (before != null) {
      before.gauges = gauges;
      return;
    }
    fresh.registerGauges();
    if (closed) {
      unbind(namespace);
    }
  }

  @Override
  public void unbind(Namespace namespace) {
    OfNamespace meters = bound.remove(namespace);
    if (meters != null) {
      meters.removeAll();
    }
  }

  @Override
  public void close() {
    closed = true;
    bound.keySet().forEach(this::unbind);
  }

  // What a host does with its meters (filters, listeners, limits) is nothing that a call fails for.
  private void failed(RuntimeException failure) {
    if (failureLogged.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "A meter of the registry could not be used; further failures are not logged.",
          failure);
    }
  }

  /** For a meter that is made when it is first used. That takes a lock; after that it is a read. */
  private static final class Slot<M extends Meter> {
    volatile @Nullable M meter;
  }

  /** The meters of one namespace. */
  private final class OfNamespace {
    private final Namespace namespace;
    private volatile Supplier<Gauges> gauges;

    private final Map<Outcome, Slot<Timer>> calls = new EnumMap<>(Outcome.class);
    private final Slot<Timer> drains = new Slot<>();
    private final Slot<Timer> forcedDrains = new Slot<>();
    private final Slot<Counter> resends = new Slot<>();
    private final Slot<Counter> staleVerdicts = new Slot<>();

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock. Null once they are removed: nothing comes back after that
    // (RegistryMetersTest.aLateCallDoesNotBringRemovedMetersBack).
    private @Nullable List<Meter> all = new ArrayList<>();

    OfNamespace(Namespace namespace, Supplier<Gauges> gauges) {
      this.namespace = namespace;
      this.gauges = gauges;
      for (Outcome outcome : Outcome.values()) {
        calls.put(outcome, new Slot<>());
      }
    }

    void callEnded(long nanos, Outcome outcome) {
      Timer timer =
          existing(
              requireNonNull(calls.get(outcome)),
              () ->
                  Timer.builder(PREFIX + "calls")
                      .description("Calls of tools, by how they ended")
                      .tag("namespace", namespace.value())
                      .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                      .register(registry));
      record(timer, nanos);
    }

    void drained(long nanos, boolean forced) {
      Timer timer =
          existing(
              forced ? forcedDrains : drains,
              () ->
                  Timer.builder(PREFIX + "drains")
                      .description("Clients that were replaced or removed, until they were closed")
                      .tag("namespace", namespace.value())
                      .tag("forced", Boolean.toString(forced))
                      .register(registry));
      record(timer, nanos);
    }

    void resent() {
      increment(resends, "resends", "Calls that were not sent, and went to a newer client");
    }

    void staleVerdict() {
      increment(staleVerdicts, "stale.verdicts", "What was said of a client too late to matter");
    }

    void registerGauges() {
      gauge("generation", "Number of the current client, 0 for none", Gauges::generation);
      gauge("holders", "Leases and calls that hold the current client", Gauges::holders);
      gauge("in.flight", "Calls under way", Gauges::inFlight);
      gauge("queued", "Calls that wait for their turn", Gauges::queued);
      gauge("breaker", "0 closed, 1 half open, 2 open", Gauges::breaker);
      gauge("state", "Ordinal of the state, as in the snapshot", Gauges::state);
    }

    private void gauge(String name, String description, ToDoubleFunction<Gauges> value) {
      made(
          () ->
              Gauge.builder(PREFIX + name, this, self -> value.applyAsDouble(self.gauges.get()))
                  .description(description)
                  .tag("namespace", namespace.value())
                  .register(registry));
    }

    private void increment(Slot<Counter> slot, String name, String description) {
      Counter counter =
          existing(
              slot,
              () ->
                  Counter.builder(PREFIX + name)
                      .description(description)
                      .tag("namespace", namespace.value())
                      .register(registry));
      if (counter != null) {
        counter.increment();
      }
    }

    private void record(@Nullable Timer timer, long nanos) {
      if (timer != null) {
        timer.record(nanos, TimeUnit.NANOSECONDS);
      }
    }

    private <M extends Meter> @Nullable M existing(Slot<M> slot, Supplier<M> maker) {
      M there = slot.meter;
      if (there == null) {
        there = made(maker);
        slot.meter = there;
      }
      return there;
    }

    // Twice for one id gives the same meter.
    private <M extends Meter> @Nullable M made(Supplier<M> maker) {
      lock.lock();
      try {
        if (all == null) {
          return null;
        }
        M made = maker.get();
        all.add(made);
        return made;
      } catch (RuntimeException e) {
        failed(e);
        return null;
      } finally {
        lock.unlock();
      }
    }

    void removeAll() {
      lock.lock();
      try {
        if (all != null) {
          all.forEach(registry::remove);
          all = null;
        }
      } catch (RuntimeException e) {
        failed(e);
      } finally {
        lock.unlock();
      }
    }
  }
}
