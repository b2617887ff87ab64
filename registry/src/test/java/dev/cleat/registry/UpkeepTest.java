// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How connected clients are looked after: signs of life, and rest. Time is virtual. */
@ExtendWith(NoLeaks.class)
class UpkeepTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final ClientDefinition ONE = ClientDefinition.command("one");

  private final Supervision all =
      new Supervision(
          RegistryConfig.builder()
              .healthInterval(Duration.ofSeconds(60))
              .healthLimit(Duration.ofSeconds(10))
              .healthMisses(3)
              .idleLimit(Duration.ofMinutes(10))
              .build());
  private final List<FakeClient> made = new ArrayList<>();

  @AfterEach
  void end() {
    all.close();
  }

  private FakeClient connect() {
    all.script(ONE, this::add);
    all.supervisor.register(RAY, ONE);
    return made.get(0);
  }

  private FakeClient add() {
    made.add(new FakeClient("client " + made.size()));
    return made.get(made.size() - 1);
  }

  private static void silent(FakeClient client) {
    client.onPing(
        () -> {
          throw new McpException.TimedOut("ping", Duration.ofSeconds(10), true);
        });
  }

  @Test
  void aClientThatAnswersIsLeftAlone() {
    FakeClient client = connect();

    all.pass(Duration.ofMinutes(5));

    assertThat(client.pings.get()).isBetween(5, 6);
    assertThat(all.attempts).hasSize(1);
  }

  @Test
  void oneMissMeansNothing() {
    FakeClient client = connect();
    silent(client);
    while (client.pings.get() == 0) {
      all.pass(Duration.ofSeconds(1));
    }
    client.onPing(() -> {});

    all.pass(Duration.ofMinutes(5));

    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    assertThat(made).hasSize(1);
  }

  @Test
  void aClientThatNeverAnswersIsConnectedAnewOnce() throws Exception {
    FakeClient client = connect();
    silent(client);

    all.pass(Duration.ofSeconds(60 + 10 + 10 + 5));

    assertThat(client.pings).hasValue(3);
    assertThat(made).hasSize(2);
    assertThat(all.current(RAY)).isSameAs(made.get(1));
    client.assertClosedProperly();
  }

  @Test
  void aClientWithCallsIsNotAsked() {
    FakeClient client = connect();
    silent(client);
    Generation busy = all.clients.hold(RAY);

    all.pass(Duration.ofMinutes(8));

    assertThat(client.pings).hasValue(0);
    assertThat(made).hasSize(1);
    busy.release();
  }

  @Test
  void aMissWhileACallBeganDoesNotCount() {
    FakeClient client = connect();
    List<Generation> held = new ArrayList<>();
    client.onPing(
        () -> {
          held.add(all.clients.hold(RAY));
          throw new McpException.TimedOut("ping", Duration.ofSeconds(10), true);
        });

    for (int i = 0; i < 5; i++) {
      while (held.size() == i) {
        all.pass(Duration.ofSeconds(1));
      }
      held.get(i).release();
    }

    assertThat(made).as("none is connected anew").hasSize(1);
  }

  @Test
  void aVerdictOnAClientThatWasReplacedMeanwhileIsDropped() {
    FakeClient client = connect();
    client.onPing(
        () -> {
          all.supervisor.register(RAY, ONE);
          throw new McpException.TimedOut("ping", Duration.ofSeconds(10), true);
        });

    all.pass(Duration.ofSeconds(85));

    assertThat(made).hasSize(2);
    assertThat(all.current(RAY)).isSameAs(made.get(1));
  }

  @Test
  void aClientThatNobodyUsesIsStoppedAndComesBackForACall() throws Exception {
    FakeClient client = connect();
    all.pass(Duration.ofMinutes(11));

    assertThat(all.view("ray").state()).isEqualTo(State.IDLE);
    assertThat(all.view("ray").tools()).as("what it offers stays listed").isEqualTo(1);
    assertThat(all.clients.tryHold("ray")).isNull();
    assertThat(all.time.scheduled()).isZero();
    client.assertClosedProperly();

    CompletableFuture<Void> woken = all.supervisor.wake(RAY).orElseThrow();
    all.work();

    assertThat(woken).isCompleted();
    assertThat(all.current(RAY)).isSameAs(made.get(1));
    assertThat(all.view("ray").failures()).isZero();
  }

  @Test
  void restIsCountedFromTheEndOfTheLastUse() {
    connect();
    for (int i = 0; i < 4; i++) {
      all.pass(Duration.ofMinutes(9));
      all.clients.hold(RAY).releaseUsed();
    }
    assertThat(all.view("ray").state()).isEqualTo(State.READY);

    all.pass(Duration.ofMinutes(9));
    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    all.pass(Duration.ofMinutes(2));
    assertThat(all.view("ray").state()).isEqualTo(State.IDLE);
  }

  @Test
  void aClientThatSomebodyListensToIsNotStopped() {
    connect();
    all.listened = true;
    all.pass(Duration.ofMinutes(30));
    assertThat(all.view("ray").state()).isEqualTo(State.READY);

    all.listened = false;
    all.pass(Duration.ofMinutes(11));
    assertThat(all.view("ray").state()).isEqualTo(State.IDLE);
  }

  @Test
  void aClientThatIsHeldIsNotStopped() {
    connect();
    Generation held = all.clients.hold(RAY);

    all.pass(Duration.ofMinutes(30));

    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    held.releaseUsed();
    all.pass(Duration.ofMinutes(21));
    assertThat(all.view("ray").state()).isEqualTo(State.IDLE);
  }

  @Test
  void aClientThatIsRemovedBeforeItsTurnToBeAskedIsNotAsked() throws Exception {
    FakeClient client = connect();
    all.time.advance(Duration.ofSeconds(60));
    Runnable asking = all.takeWork();

    assertThat(all.supervisor.remove(RAY, Optional.empty())).isTrue();
    client.awaitClosed();
    asking.run();

    assertThat(client.pings).hasValue(0);
    assertThat(all.time.scheduled()).as("nobody asks it later").isZero();
  }

  @Test
  void aClientThatIsLostWhileItIsAskedIsConnectedAnewOnce() {
    FakeClient client = connect();
    client.onPing(
        () -> {
          client.lose("it was killed");
          throw new McpException.TimedOut("ping", Duration.ofSeconds(10), true);
        });

    all.pass(Duration.ofSeconds(65));

    assertThat(client.pings).hasValue(1);
    assertThat(made).hasSize(2);
    assertThat(all.current(RAY)).isSameAs(made.get(1));
    all.pass(Duration.ofSeconds(65));
    assertThat(made.get(1).pings).as("one looks after the next").hasValue(1);
  }

  @Test
  void theRestOfAClientThatWasReplacedDoesNotStopTheNextOne() {
    all.cancelledTooLate = true;
    connect();
    all.pass(Duration.ofMinutes(9));
    all.supervisor.register(RAY, ONE);

    all.pass(Duration.ofMinutes(2));
    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    all.pass(Duration.ofMinutes(9));

    assertThat(all.view("ray").state()).isEqualTo(State.IDLE);
  }

  @Test
  void theRestOfAClientThatWasRemovedComesToNothing() {
    all.cancelledTooLate = true;
    connect();

    assertThat(all.supervisor.remove(RAY, Optional.empty())).isTrue();
    all.pass(Duration.ofMinutes(30));

    assertThat(made).hasSize(1);
    assertThat(all.time.scheduled()).isZero();
  }

  @Test
  void theRestOfAClientThatIsLostComesToNothing() {
    all.cancelledTooLate = true;
    FakeClient client = connect();
    all.pass(Duration.ofMinutes(9));
    all.script(
        ONE,
        () -> {
          throw new McpException.ConnectFailed("nobody is there", null);
        });

    client.lose("it was killed");
    all.pass(Duration.ofMinutes(30));

    assertThat(all.view("ray").state()).isEqualTo(State.CRASH_LOOP);
    assertThat(all.view("ray").trouble()).contains("nobody is there");
  }
}
