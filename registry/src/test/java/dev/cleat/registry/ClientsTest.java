// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that end at the very moment when they are replaced, or end oddly. */
@ExtendWith(NoLeaks.class)
class ClientsTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final Terms TERMS =
      new Terms(false, new GateSettings(64, 64, 0, Duration.ofSeconds(1)), Duration.ofMinutes(1));

  @Test
  void aClientThatIsLostWhenItsSuccessorIsCurrentTakesNothingWithIt() throws Exception {
    FakeClient old = new FakeClient("old");
    FakeClient fresh = new FakeClient("new");
    List<Generation> lost = new CopyOnWriteArrayList<>();
    LoneClients clients =
        new LoneClients(
            new LoneClients.Nobody() {
              @Override
              public void lost(Generation generation) {
                lost.add(generation);
              }
            }) {
          @Override
          void letGo(Generation replaced) {
            old.lose("it was killed");
            super.letGo(replaced);
          }
        };
    try {
      clients.register(RAY, () -> old);
      clients.register(RAY, () -> fresh);

      assertThat(lost).hasSize(1);
      assertThat(clients.isCurrent(lost.get(0))).isFalse();
      Generation held = clients.hold(RAY);
      assertThat(held.client()).isSameAs(fresh);
      assertThat(held.isLost()).isFalse();
      held.release();
      old.assertClosedProperly();
    } finally {
      clients.close();
    }
  }

  @Test
  void onlyTheLossOfTheCurrentClientIsAnEvent() {
    EventJournal journal = new EventJournal();
    FakeClient old = new FakeClient("old");
    try (McpRegistry registry = McpRegistry.builder().listener(journal).build()) {
      registry.register("ray", old);
      Lease lease = registry.acquire("ray");
      registry.register("ray", new FakeClient("new"));
      old.lose("it was killed");
      registry.register("ray", new FakeClient("newest"));
      journal.await("ray", RegistryEvent.Kind.READY, 3);
      lease.close();
    }
    assertThat(journal.count("ray", RegistryEvent.Kind.LOST)).isZero();
  }

  @Test
  void aConnectionThatEndsWithAFaultIsLostForThatReason() {
    FakeClient client = new FakeClient("client");
    try (McpRegistry registry = McpRegistry.create()) {
      registry.register("ray", client);

      client.ended().completeExceptionally(new IllegalStateException("the reader died"));

      assertThat(registry.snapshot().client("ray").orElseThrow().trouble().orElseThrow())
          .contains("the reader died");
      assertThatThrownBy(() -> registry.acquire("ray"))
          .isInstanceOf(McpException.NotSent.class)
          .hasMessageContaining("the reader died");
    }
  }

  @Test
  void aRegistrationThatHasEndedIsNotInterrupted() {
    List<Registrations.Entry> begun = new ArrayList<>();
    LoneClients clients = new LoneClients();
    try {
      var unused = clients.register(RAY, () -> new FakeClient("client"), TERMS, begun::add);

      clients.interrupt(begun.get(0));

      assertThat(Thread.interrupted()).isFalse();
    } finally {
      clients.close();
    }
  }

  @Test
  void aRegistrationThatIsInterruptedLeavesItsThreadAsItWas() {
    LoneClients clients = new LoneClients();
    try {
      assertThatThrownBy(
              () ->
                  clients.register(
                      RAY,
                      () -> {
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        throw new McpException.Cancelled("connecting", false);
                      },
                      TERMS,
                      clients::interrupt))
          .isInstanceOf(McpException.Cancelled.class);

      assertThat(Thread.interrupted()).as("it was for the registration alone").isFalse();
    } finally {
      clients.close();
    }
  }
}
