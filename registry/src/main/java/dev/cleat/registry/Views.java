// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Namespace;
import dev.cleat.mcp.PeerInfo;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.Readiness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Shows what a registry holds, without any lock. */
final class Views {
  private static final Supervised.Standing UNSUPERVISED =
      new Supervised.Standing(State.LOST, 0, Optional.empty(), OptionalLong.empty());

  private final Clients clients;
  private final Supervisor supervisor;
  private final Time time;

  Views(Clients clients, Supervisor supervisor, Time time) {
    this.clients = clients;
    this.supervisor = supervisor;
    this.time = time;
  }

  RegistrySnapshot snapshot() {
    Directory directory = clients.directory();
    Map<Namespace, ClientView> current = new TreeMap<>();
    for (Directory.Entry entry : directory.entries()) {
      Namespace namespace = entry.generation().namespace();
      current.put(namespace, view(namespace, entry, supervisor.find(namespace)));
    }
    for (Supervised one : supervisor.all()) {
      current.computeIfAbsent(one.namespace, name -> view(name, null, one));
    }
    List<ClientView> views = new ArrayList<>(current.values());
    for (Generation old : clients.retired().all()) {
      // Some may have been replaced since the directory was read.
      if (!directory.isCurrent(old)) {
        views.add(retired(old));
      }
    }
    return new RegistrySnapshot(views);
  }

  private ClientView view(
      Namespace namespace, Directory.@Nullable Entry entry, @Nullable Supervised supervised) {
    Supervised.Standing standing = supervised == null ? UNSUPERVISED : supervised.standing();
    Optional<Generation> generation = Optional.ofNullable(entry).map(Directory.Entry::generation);
    Optional<Gate> gate =
        generation
            .map(Generation::gate)
            .or(() -> Optional.ofNullable(clients.gates().find(namespace)));
    return new ClientView(
        namespace,
        generation.map(Generation::number).orElse(0L),
        state(generation, standing),
        generation.map(Generation::holders).orElse(0L),
        generation.map(g -> g.client().peer()),
        entry == null ? 0 : entry.listing().size(),
        standing.trouble().or(() -> generation.flatMap(Generation::lost)),
        standing.failures(),
        nextAttempt(standing),
        gate.map(Gate::inFlight).orElse(0),
        gate.map(Gate::queued).orElse(0),
        gate.map(Gate::breaker).orElse(BreakerState.CLOSED));
  }

  /** Whoever is open is ready, whatever the supervisor is about to do with the namespace. */
  private static State state(Optional<Generation> generation, Supervised.Standing standing) {
    State supervised = standing.state();
    if (generation.isEmpty() || generation.get().isLost()) {
      // Lost a moment ago, and the supervisor has not said yet what comes next.
      return supervised == State.READY ? State.CONNECTING : supervised;
    }
    boolean open = generation.get().phase() == HolderWord.Phase.OPEN;
    // Whoever is neither open nor lost is idle, or was replaced after the directory was read; then
    // it was ready at that moment.
    return open || supervised == State.READY || supervised == State.LOST ? State.READY : supervised;
  }

  private Optional<Duration> nextAttempt(Supervised.Standing standing) {
    return standing.nextAttempt().isPresent()
        ? Optional.of(
            Duration.ofNanos(Math.max(0, standing.nextAttempt().getAsLong() - time.nanos())))
        : Optional.empty();
  }

  private ClientView retired(Generation old) {
    boolean draining = old.phase().compareTo(HolderWord.Phase.CLOSING) < 0;
    Optional<PeerInfo> peer = Optional.of(old.client().peer());
    return new ClientView(
        old.namespace(),
        old.number(),
        draining ? State.DRAINING : State.CLOSING,
        old.holders(),
        peer,
        0,
        old.lost(),
        0,
        Optional.empty(),
        0,
        0,
        BreakerState.CLOSED);
  }

  /** What is measured of one namespace. */
  Metering.Gauges gauges(Namespace namespace) {
    ClientView view =
        view(namespace, clients.directory().entry(namespace.value()), supervisor.find(namespace));
    int breaker =
        switch (view.breaker()) {
          case CLOSED -> 0;
          case HALF_OPEN -> 1;
          case OPEN -> 2;
        };
    return new Metering.Gauges(
        view.generation(),
        view.holders(),
        view.inFlight(),
        view.queued(),
        breaker,
        List.of(State.values()).indexOf(view.state()));
  }

  /** What the clients say of themselves, and which of those that are wanted are not there. */
  List<Readiness> readiness() {
    Directory directory = clients.directory();
    List<Readiness> all = new ArrayList<>();
    for (Directory.Entry entry : directory.entries()) {
      all.addAll(entry.generation().readiness());
    }
    for (Supervised one : supervisor.all()) {
      if (directory.entry(one.namespace.value()) == null) {
        String why = one.standing().trouble().orElse("it is being connected");
        all.add(new Readiness(one.namespace.value(), false, why));
      }
    }
    return all;
  }
}
