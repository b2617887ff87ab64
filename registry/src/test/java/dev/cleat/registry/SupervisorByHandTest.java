// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the application registers itself while a client is supervised. Time is virtual. */
@ExtendWith(NoLeaks.class)
class SupervisorByHandTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final ClientDefinition ONE = ClientDefinition.command("one");
  private static final ClientDefinition TWO = ClientDefinition.command("two");
  private static final RegistryConfig CONFIG =
      RegistryConfig.builder()
          .reconnectDelay(Duration.ofMillis(100))
          .reconnectCap(Duration.ofSeconds(2))
          .stableAfter(Duration.ofSeconds(30))
          .wakeSpacing(Duration.ofSeconds(1))
          .healthInterval(Duration.ZERO)
          .build();

  private final Aside aside = new Aside();
  private final Supervision all = new Supervision(CONFIG);

  @AfterEach
  void end() {
    all.close();
    aside.close();
  }

  @Test
  void aRegistrationByHandSupersedesAnAttempt() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    FakeClient stale = new FakeClient("stale");
    FakeClient byHand = new FakeClient("by hand");
    all.script(
        ONE,
        () -> {
          connecting.countDown();
          holdThroughInterrupts(go);
          return stale;
        });
    all.script(TWO, () -> byHand);
    all.supervisor.want(RAY, ONE, this);
    Runnable attempt = all.takeWork();
    Future<Void> attempting = aside.run(attempt::run);
    Aside.await(connecting);

    Aside.get(aside.run(() -> all.supervisor.register(RAY, TWO)));
    go.countDown();
    Aside.get(attempting);
    all.pass(Duration.ofSeconds(3));

    assertThat(all.current(RAY)).isSameAs(byHand);
    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    stale.assertClosedProperly();
  }

  private static void holdThroughInterrupts(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        Aside.await(latch);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRegistrationByHandThatFailsLeavesWhatWasWantedBefore() {
    FakeClient client = new FakeClient("client");
    FakeClient again = new FakeClient("again");
    all.script(ONE, () -> client);
    all.script(TWO, Supervision.refusing("a typing mistake"));
    all.supervisor.register(RAY, ONE);

    assertThatThrownBy(() -> all.supervisor.register(RAY, TWO))
        .isInstanceOf(McpException.ConnectFailed.class);
    assertThat(all.current(RAY)).isSameAs(client);
    all.script(ONE, () -> again);
    client.lose("it was killed");
    all.pass(Duration.ofSeconds(1));

    assertThat(all.view("ray").state()).isEqualTo(State.READY);
  }

  @Test
  void aClientThatIsLostWhileItsSuccessorIsConnectedComesBackWhenThatFails() {
    FakeClient client = new FakeClient("client");
    FakeClient again = new FakeClient("again");
    all.script(ONE, () -> client);
    all.supervisor.register(RAY, ONE);
    all.script(ONE, () -> again);
    all.script(
        TWO,
        () -> {
          client.lose("it was killed");
          assertThat(all.attempts).as("nothing gets in between").hasSize(2);
          throw new McpException.ConnectFailed("a typing mistake", null);
        });

    assertThatThrownBy(() -> all.supervisor.register(RAY, TWO))
        .isInstanceOf(McpException.ConnectFailed.class);
    all.work();

    assertThat(all.current(RAY)).isSameAs(again);
  }

  @Test
  void nothingIsAttemptedBeforeTheLastOfSeveralRegistrationsByHandHasEnded() {
    ClientDefinition three = ClientDefinition.command("three");
    FakeClient wanted = new FakeClient("wanted");
    all.script(ONE, () -> wanted);
    all.script(three, Supervision.refusing("another typing mistake"));
    all.script(
        TWO,
        () -> {
          assertThatThrownBy(() -> all.supervisor.register(RAY, three))
              .hasMessageContaining("another typing mistake");
          all.supervisor.want(RAY, ONE, this);
          all.pass(Duration.ofSeconds(3));
          assertThat(all.attempts).as("one of them still runs").hasSize(2);
          throw new McpException.ConnectFailed("a typing mistake", null);
        });

    assertThatThrownBy(() -> all.supervisor.register(RAY, TWO))
        .hasMessageContaining("a typing mistake");
    all.work();

    assertThat(all.attempts).hasSize(3);
    assertThat(all.current(RAY)).isSameAs(wanted);
  }
}
