// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.Tool;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.testkit.NoLeaks;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is told of a registry: always one moment. */
@ExtendWith(NoLeaks.class)
class SnapshotTest {
  private final Aside aside = new Aside();
  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  @Test
  void aClientIsShownFromItsRegistrationToItsEnd() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient old = new FakeClient("old", "one", "two").onClose(() -> Aside.hold(go));
    registry.register("ray", old);
    Lease lease = registry.acquire("ray");

    assertThat(registry.snapshot().clients())
        .singleElement()
        .satisfies(
            view -> {
              assertThat(view.namespace()).isEqualTo(Namespace.of("ray"));
              assertThat(view.generation()).isEqualTo(lease.generation());
              assertThat(view.state()).isEqualTo(State.READY);
              assertThat(view.holders()).isEqualTo(1);
              assertThat(view.peer().orElseThrow().name()).isEqualTo("old");
              assertThat(view.tools()).isEqualTo(2);
              assertThat(view.trouble()).isEmpty();
            });

    registry.register("ray", new FakeClient("new"));
    assertThat(states()).containsExactly(State.READY, State.DRAINING);
    assertThat(registry.snapshot().clients().get(1).holders()).isEqualTo(1);

    lease.close();
    assertThat(states()).containsExactly(State.READY, State.CLOSING);

    go.countDown();
    old.assertClosedProperly();
    Aside.until("it is gone", () -> states().equals(List.of(State.READY)));
  }

  private List<State> states() {
    return registry.snapshot().clients().stream().map(ClientView::state).toList();
  }

  @Test
  void aClientThatIsReplacedMeanwhileIsShownOnceAndNeverAsLost() throws Exception {
    registry.register("ray", new FakeClient("client 0"));
    AtomicBoolean enough = new AtomicBoolean();
    Future<Integer> looking =
        aside.call(
            () -> {
              int looks = 0;
              while (!enough.get()) {
                assertIsOneMoment(registry.snapshot());
                looks++;
              }
              return looks;
            });

    for (int i = 1; i <= 2_000 && !looking.isDone(); i++) {
      registry.register("ray", new FakeClient("client " + i));
    }
    enough.set(true);

    assertThat(Aside.get(looking)).isPositive();
  }

  private static void assertIsOneMoment(RegistrySnapshot snapshot) {
    List<ClientView> clients = snapshot.clients();
    Set<Long> generations =
        clients.stream().map(ClientView::generation).collect(Collectors.toSet());
    assertThat(generations).as("each once in %s", clients).hasSameSizeAs(clients);
    assertThat(clients).extracting(ClientView::state).doesNotContain(State.LOST);
    assertThat(clients).filteredOn(view -> view.state() == State.READY).hasSize(1);
  }

  @Test
  void toolsAreNeverThoseOfTwoClientsOfOneNamespace() throws Exception {
    registry.register("ray", new FakeClient("even", "a0", "b0"));
    AtomicBoolean enough = new AtomicBoolean();
    Future<Void> looking =
        aside.run(
            () -> {
              while (!enough.get()) {
                List<String> names = registry.tools().stream().map(Tool::name).toList();
                assertThat(names)
                    .isIn(List.of("ray__a0", "ray__b0"), List.of("ray__a1", "ray__b1"));
              }
            });

    for (int i = 1; i <= 1_000 && !looking.isDone(); i++) {
      registry.register("ray", new FakeClient("client", "a" + i % 2, "b" + i % 2));
    }
    enough.set(true);

    Aside.get(looking);
  }

  @Test
  void toolsAreListedByNamespaceAndThenAsTheirServerListsThem() {
    registry.register("zoo", new FakeClient("zoo", "z", "a"));
    registry.register("ape", new FakeClient("ape", "m", "m", "b"));

    assertThat(registry.tools())
        .extracting(Tool::name)
        .containsExactly("ape__m", "ape__b", "zoo__z", "zoo__a");
    assertThat(registry.callTool("ape__m", Map.of()).text()).isEqualTo("ape");
  }
}
