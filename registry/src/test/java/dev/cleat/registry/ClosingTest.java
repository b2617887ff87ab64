// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The end of a registry: what it waits for, how long, and what is left. */
@ExtendWith(NoLeaks.class)
class ClosingTest {
  private static final Duration BRIEF = Duration.ofMillis(20);

  private final Aside aside = new Aside();
  private final McpRegistry registry =
      McpRegistry.builder()
          .config(RegistryConfig.builder().closeLimit(BRIEF).forceLimit(BRIEF).build())
          .build();
  private final McpRegistry patient = McpRegistry.create();

  @AfterEach
  void end() {
    registry.close();
    patient.close();
    aside.close();
  }

  @Test
  void closingWaitsForRunningCalls() throws Exception {
    FakeClient busy = new FakeClient("busy").holdingCalls();
    FakeClient idle = new FakeClient("idle");
    patient.register("busy", busy);
    patient.register("idle", idle);
    Future<String> running = aside.call(() -> patient.callTool("busy__echo", Map.of()).text());
    busy.awaitCall();

    Future<Void> closing = aside.run(patient::close);
    idle.awaitClosed();

    assertThatThrownBy(() -> patient.callTool("busy__echo", Map.of()))
        .isInstanceOf(McpException.Closed.class)
        .hasMessage("The registry is closed.");
    assertThatThrownBy(() -> patient.acquire("busy")).isInstanceOf(McpException.Closed.class);
    assertThat(closing.isDone()).isFalse();
    busy.letCallsFinish();
    assertThat(Aside.get(running)).isEqualTo("busy");
    Aside.get(closing);
    busy.assertClosedProperly();
    idle.assertClosedProperly();
    assertThat(patient.snapshot().clients()).isEmpty();
    assertThat(patient.tools()).isEmpty();
  }

  @Test
  void aCallThatDoesNotEndIsClosedUnderAndTheOthersAreNot() throws Exception {
    FakeClient hung = new FakeClient("hung").holdingCalls();
    FakeClient fine = new FakeClient("fine");
    registry.register("hung", hung);
    registry.register("fine", fine);
    Future<String> running = aside.call(() -> registry.callTool("hung__echo", Map.of()).text());
    hung.awaitCall();

    registry.close();

    assertThatThrownBy(() -> Aside.get(running)).isInstanceOf(McpException.OutcomeUnknown.class);
    assertThat(hung.closings).hasValue(1);
    fine.assertClosedProperly();
  }

  @Test
  void aClientThatNeverFinishesClosingIsLeftBehind() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    FakeClient stuck = new FakeClient("stuck").onClose(() -> Aside.hold(never));
    FakeClient fine = new FakeClient("fine");
    registry.register("stuck", stuck);
    registry.register("fine", fine);

    Aside.get(aside.run(registry::close));

    fine.assertClosedProperly();
    assertThat(stuck.closings).hasValue(1);
    never.countDown();
  }

  @Test
  void whoClosesAgainWaitsForTheSameEnd() throws Exception {
    FakeClient busy = new FakeClient("busy").holdingCalls();
    patient.register("busy", busy);
    Lease lease = patient.acquire("busy");
    Future<Void> first = aside.run(patient::close);
    Aside.until("it is closing", () -> patient.tools().isEmpty());
    Future<Void> second = aside.run(patient::close);

    assertThat(first.isDone()).isFalse();
    assertThat(second.isDone()).isFalse();
    lease.close();

    Aside.get(first);
    Aside.get(second);
    busy.assertClosedProperly();
  }

  @Test
  void anInterruptedCloseStillClosesEverything() throws Exception {
    FakeClient busy = new FakeClient("busy").holdingCalls();
    patient.register("busy", busy);
    Future<String> running = aside.call(() -> patient.callTool("busy__echo", Map.of()).text());
    busy.awaitCall();

    Future<Boolean> closing =
        aside.call(
            () -> {
              Thread.currentThread().interrupt();
              patient.close();
              return Thread.interrupted();
            });

    assertThat(Aside.get(closing)).isTrue();
    assertThat(busy.closings).as("closed when close returns").hasValue(1);
    assertThatThrownBy(() -> Aside.get(running)).isInstanceOf(McpException.OutcomeUnknown.class);
  }

  @Test
  void nothingIsRegisteredAfterTheEndAndWhatIsGivenIsClosed() throws Exception {
    FakeClient client = new FakeClient("late");
    AtomicInteger closings = new AtomicInteger();
    registry.close();

    assertThatThrownBy(() -> registry.register("late", client))
        .isInstanceOf(McpException.Closed.class)
        .hasMessage("The registry is closed.");
    assertThatThrownBy(
            () -> registry.registerTools("tools", ToolSet.of(List.of(), closings::incrementAndGet)))
        .isInstanceOf(McpException.Closed.class);

    client.assertClosedProperly();
    assertThat(closings).hasValue(1);
    assertThat(registry.unregister("late")).isFalse();
  }

  @Test
  void closingEndsARegistrationThatIsUnderWayAndWaitsForIt() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    FakeClient connecting =
        new FakeClient("connecting")
            .onList(
                () -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new McpException.Cancelled("tools/list", true);
                  }
                });
    Future<Boolean> registering =
        aside.call(
            () -> {
              assertThatThrownBy(() -> patient.register("slow", connecting))
                  .isInstanceOf(McpException.Closed.class)
                  .hasMessage("The registry is closed.");
              return Thread.interrupted();
            });
    Aside.await(connecting.listed);

    patient.close();

    assertThat(connecting.closings).as("closed when close returns").hasValue(1);
    assertThat(Aside.get(registering)).as("interrupted afterwards").isFalse();
    connecting.assertClosedProperly();
  }

  @Test
  void aClientThatIsReplacedWhileTheRegistryClosesIsClosedToo() throws Exception {
    CountDownLatch hooked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    FakeClient old = new FakeClient("old");
    FakeClient fresh =
        new FakeClient("new")
            .onHook(
                () -> {
                  hooked.countDown();
                  Aside.hold(go);
                });
    patient.register("ray", old);
    Future<Void> replacing =
        aside.run(
            () ->
                assertThatThrownBy(() -> patient.register("ray", fresh))
                    .isInstanceOf(RuntimeException.class));
    Aside.await(hooked);

    Future<Void> closing = aside.run(patient::close);
    old.awaitClosed();
    go.countDown();

    Aside.get(replacing);
    Aside.get(closing);
    old.assertClosedProperly();
    fresh.assertClosedProperly();
  }

  @Test
  void aClientThatClosesTheRegistryWhenItEndsDoesNotHangIt() throws Exception {
    FakeClient client = new FakeClient("client");
    CompletableFuture<Void> closed = client.ended().thenRun(registry::close);
    registry.register("ray", client);

    registry.unregister("ray");

    Aside.get(closed);
    client.assertClosedProperly();
  }

  @Test
  void aCloseThatFailsIsTheEndAllTheSame() throws Exception {
    for (Throwable fault : List.of(new IllegalStateException("no"), new LinkageError("no"))) {
      FakeClient broken =
          new FakeClient("broken")
              .onClose(
                  () -> {
                    if (fault instanceof Error error) {
                      throw error;
                    }
                    throw (RuntimeException) fault;
                  });
      patient.register("ray", broken);
      patient.unregister("ray");
      broken.assertClosedProperly();
    }
    FakeClient fine = new FakeClient("fine");
    patient.register("ray", fine);

    patient.close();

    fine.assertClosedProperly();
    assertThat(patient.snapshot().clients()).isEmpty();
  }

  @Test
  void aRegistrationThatDoesNotEndDoesNotHoldUpTheClose() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient deaf = new FakeClient("deaf").onList(() -> holdWithoutListening(go));
    Future<Void> registering = aside.run(() -> registry.register("ray", deaf));
    Aside.await(deaf.listed);

    Aside.get(aside.run(registry::close));
    go.countDown();

    assertThatThrownBy(() -> Aside.get(registering)).isInstanceOf(McpException.Closed.class);
    deaf.assertClosedProperly();
  }

  @Test
  void aClientThatClosesTheRegistryWhileItIsRegisteredDoesNotHangIt() throws Exception {
    FakeClient client = new FakeClient("client").onList(patient::close);

    assertThatThrownBy(() -> Aside.get(aside.run(() -> patient.register("ray", client))))
        .isInstanceOf(McpException.Closed.class);

    client.assertClosedProperly();
  }

  @Test
  void aClientIsClosedAlsoWhenItsRemoverIsSlowerThanTheEnd() throws Exception {
    Namespace ray = Namespace.of("ray");
    CountDownLatch parked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean first = new AtomicBoolean(true);
    LoneClients clients =
        new LoneClients() {
          @Override
          void letGo(Generation old) {
            if (first.compareAndSet(true, false)) {
              parked.countDown();
              Aside.hold(go);
            }
            super.letGo(old);
          }
        };
    FakeClient client = new FakeClient("client");
    clients.register(ray, () -> client);
    Future<Boolean> removing = aside.call(() -> clients.remove(ray, false));
    Aside.await(parked);

    clients.close();

    assertThat(client.closings).as("closed when close returns").hasValue(1);
    go.countDown();
    assertThat(Aside.get(removing)).isTrue();
    client.assertClosedProperly();
  }

  private static void holdWithoutListening(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        Aside.await(latch);
      } catch (InterruptedException e) {
        // It does not care.
      }
    }
  }

  @Test
  void whoIsInterruptedWhileHeClosesStillWaitsForTheRegistrationsUnderWay() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeClient deaf = new FakeClient("deaf").onList(() -> holdWithoutListening(go));
    Future<Void> registering = aside.run(() -> patient.register("ray", deaf));
    Aside.await(deaf.listed);
    CountDownLatch closing = new CountDownLatch(1);
    Future<Boolean> closed =
        aside.call(
            () -> {
              Thread.currentThread().interrupt();
              closing.countDown();
              patient.close();
              return Thread.interrupted();
            });
    Aside.await(closing);
    Aside.until("nothing is registered any more", () -> patient.parts().clients.isClosing());
    assertThat(deaf.isClosed()).isFalse();

    go.countDown();

    assertThat(Aside.get(closed)).as("it is still known that it was interrupted").isTrue();
    assertThat(deaf.closings).as("closed when close returns").hasValue(1);
    assertThatThrownBy(() -> Aside.get(registering)).isInstanceOf(McpException.Closed.class);
  }
}
