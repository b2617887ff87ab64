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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What happens to a supervised client at the very moment when it is in the way. Virtual time. */
@ExtendWith(NoLeaks.class)
class SupervisorRacesTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final ClientDefinition ONE = ClientDefinition.command("one");
  private static final ClientDefinition TWO = ClientDefinition.command("two");
  private static final ClientDefinition THREE = ClientDefinition.command("three");
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Supervision all =
      new Supervision(
          RegistryConfig.builder()
              .reconnectDelay(Duration.ofMillis(100))
              .reconnectCap(Duration.ofSeconds(2))
              .stableAfter(Duration.ofSeconds(30))
              .wakeSpacing(Duration.ofSeconds(1))
              .healthInterval(Duration.ZERO)
              .build());

  @AfterEach
  void end() {
    all.close();
  }

  private List<ClientDefinition> attempted() {
    return all.attempts.stream().map(Supervision.Attempt::definition).toList();
  }

  private Generation current() {
    return all.clients.directory().client(RAY).orElseThrow();
  }

  @Test
  void aTransportWithAFaultIsTriedAgainLikeOneThatRefuses() {
    FakeClient client = new FakeClient("client");
    all.script(
        ONE,
        () -> {
          throw new IllegalStateException("a fault of the transport");
        });
    all.supervisor.want(RAY, ONE, this);
    all.work();
    assertThat(all.view("ray").state()).isEqualTo(State.BACKOFF);
    assertThat(all.view("ray").trouble()).contains("a fault of the transport");
    assertThat(all.view("ray").failures()).isEqualTo(1);

    all.script(ONE, () -> client);
    all.pass(Duration.ofSeconds(1));

    assertThat(all.current(RAY)).isSameAs(client);
    assertThat(all.view("ray").trouble()).isEmpty();
  }

  @Test
  void aClientThatDiesAsItBecomesCurrentIsConnectedAgain() {
    FakeClient client = new FakeClient("client");
    FakeClient again = new FakeClient("again");
    all.script(ONE, () -> client);
    all.onConnected = generation -> client.lose("it died at once");
    all.supervisor.want(RAY, ONE, this);

    all.work();
    assertThat(all.view("ray").state()).isEqualTo(State.BACKOFF);
    assertThat(all.view("ray").trouble()).contains("it died at once");
    assertThat(all.view("ray").failures()).isEqualTo(1);

    all.onConnected = generation -> {};
    all.script(ONE, () -> again);
    all.pass(Duration.ofSeconds(1));
    assertThat(all.current(RAY)).isSameAs(again);
    assertThat(all.attempts).hasSize(2);
  }

  @Test
  void aClientThatIsReplacedByHandAsItBecomesCurrentStaysReplaced() throws Exception {
    FakeClient first = new FakeClient("first");
    FakeClient byHand = new FakeClient("by hand");
    all.script(ONE, () -> first);
    all.script(TWO, () -> byHand);
    all.onConnected =
        generation -> {
          all.onConnected = later -> {};
          all.supervisor.register(RAY, TWO);
        };
    all.supervisor.want(RAY, ONE, this);

    all.pass(LONG);

    assertThat(all.current(RAY)).isSameAs(byHand);
    assertThat(attempted()).containsExactly(ONE, TWO);
    assertThat(all.view("ray").failures()).isZero();
    first.assertClosedProperly();
  }

  @Test
  void aClientThatSomebodyElseReplacesAsItBecomesCurrentIsConnectedOverIt() throws Exception {
    FakeClient first = new FakeClient("first");
    FakeClient again = new FakeClient("again");
    FakeClient other = new FakeClient("other");
    all.script(ONE, () -> first);
    all.onConnected =
        generation -> {
          all.onConnected = later -> {};
          all.clients.register(RAY, () -> other);
        };
    all.supervisor.want(RAY, ONE, this);
    all.work();
    assertThat(all.view("ray").trouble()).contains("it was replaced.");

    all.script(ONE, () -> again);
    all.pass(Duration.ofSeconds(1));

    assertThat(all.current(RAY)).isSameAs(again);
    assertThat(all.view("ray").trouble()).isEmpty();
    other.assertClosedProperly();
  }

  @Test
  void aClientThatIsLostWhileAnotherDefinitionIsConnectedIsNotConnectedBeside() {
    FakeClient client = new FakeClient("client");
    FakeClient next = new FakeClient("next");
    all.script(ONE, () -> client);
    all.supervisor.want(RAY, ONE, this);
    all.work();
    all.script(
        TWO,
        () -> {
          client.lose("it was killed");
          return next;
        });

    all.supervisor.want(RAY, TWO, this);
    all.pass(LONG);

    assertThat(attempted()).containsExactly(ONE, TWO);
    assertThat(all.current(RAY)).isSameAs(next);
    assertThat(all.view("ray").failures()).isZero();
  }

  @Test
  void aClientThatIsLostAfterTheStopIsNotConnectedAgain() {
    FakeClient client = new FakeClient("client");
    all.script(ONE, () -> client);
    all.supervisor.want(RAY, ONE, this);
    all.work();

    all.supervisor.stop();
    client.lose("it was killed");
    all.pass(LONG);

    assertThat(all.attempts).hasSize(1);
    assertThat(all.time.scheduled()).isZero();
  }

  @Test
  void aRegistrationByHandThatFailsAfterTheStopBeginsNothing() {
    all.script(
        TWO,
        () -> {
          all.supervisor.stop();
          throw new McpException.ConnectFailed("a typing mistake", null);
        });
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);
    all.work();

    assertThatThrownBy(() -> all.supervisor.register(RAY, TWO))
        .isInstanceOf(McpException.ConnectFailed.class);
    all.pass(LONG);

    assertThat(attempted()).containsExactly(ONE, TWO);
  }

  @Test
  void whatIsWantedDuringARegistrationByHandIsConnectedWhenThatFails() {
    FakeClient client = new FakeClient("client");
    FakeClient wanted = new FakeClient("wanted");
    all.script(ONE, () -> client);
    all.script(THREE, () -> wanted);
    all.supervisor.register(RAY, ONE);
    all.script(
        TWO,
        () -> {
          all.supervisor.want(RAY, THREE, this);
          all.work();
          assertThat(attempted()).as("nothing gets in between").containsExactly(ONE, TWO);
          throw new McpException.ConnectFailed("a typing mistake", null);
        });

    assertThatThrownBy(() -> all.supervisor.register(RAY, TWO))
        .isInstanceOf(McpException.ConnectFailed.class);
    assertThat(all.current(RAY)).as("what serves stays meanwhile").isSameAs(client);
    all.work();

    assertThat(attempted()).containsExactly(ONE, TWO, THREE);
    assertThat(all.current(RAY)).isSameAs(wanted);
  }

  @Test
  void whoWakesAClientThatIsOpenNeedNotWait() {
    all.script(ONE, () -> new FakeClient("client"));
    all.supervisor.register(RAY, ONE);

    assertThat(all.supervisor.wake(RAY).orElseThrow()).isCompleted();
    assertThat(all.supervisor.wake(Namespace.of("nobody"))).isEmpty();
    assertThat(all.attempts).hasSize(1);
  }

  @Test
  void whoWakesAClientThatIsReplacedJustNowWaitsForTheNewOneAlone() {
    List<CompletableFuture<Void>> woken = new ArrayList<>();
    FakeClient fresh = new FakeClient("fresh");
    all.script(ONE, () -> new FakeClient("old"));
    all.script(TWO, () -> fresh);
    all.supervisor.register(RAY, ONE);
    Generation held = all.clients.hold(RAY);
    // The old one is still what the supervisor knows of, and draining by the end of this.
    all.onConnected =
        generation -> {
          woken.add(all.supervisor.wake(RAY).orElseThrow());
          assertThat(woken.get(0)).isNotDone();
        };

    all.supervisor.register(RAY, TWO);

    assertThat(woken).hasSize(1);
    assertThat(woken.get(0)).isCompleted();
    assertThat(attempted()).containsExactly(ONE, TWO);
    assertThat(all.view("ray").failures()).isZero();
    held.release();
  }

  @Test
  void whoWakesAClientAfterTheStopIsRefused() {
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);
    all.work();
    all.supervisor.stop();

    assertThat(all.supervisor.wake(RAY).orElseThrow())
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(McpException.Closed.class);
    all.pass(LONG);
    assertThat(all.attempts).hasSize(1);
  }

  @Test
  void aLossThatIsToldTwiceCountsOnce() {
    FakeClient client = new FakeClient("client");
    all.script(ONE, () -> client);
    all.supervisor.want(RAY, ONE, this);
    all.work();
    Generation lost = current();
    client.lose("it exited");
    all.supervisor.lost(lost);

    all.supervisor.lost(lost);

    assertThat(all.view("ray").failures()).isEqualTo(1);
    assertThat(all.view("ray").state()).isEqualTo(State.BACKOFF);
  }

  @Test
  void aLossIsNoticedByWhoCallsBeforeItWasTold() {
    FakeClient client = new FakeClient("client");
    FakeClient again = new FakeClient("again");
    all.script(ONE, () -> client);
    all.supervisor.want(RAY, ONE, this);
    all.pass(Duration.ofSeconds(31));
    assertThat(current().lose("the pipe is broken")).isTrue();
    assertThat(current().lose("the pipe is broken")).as("known by now").isFalse();
    assertThat(all.view("ray").state()).as("lost, and not told yet").isEqualTo(State.CONNECTING);
    assertThat(all.view("ray").trouble()).contains("the pipe is broken");
    all.script(ONE, () -> again);

    CompletableFuture<Void> woken = all.supervisor.wake(RAY).orElseThrow();
    assertThat(woken).isNotDone();
    all.work();

    assertThat(woken).isCompleted();
    assertThat(all.current(RAY)).isSameAs(again);
    assertThat(all.attempts).hasSize(2);
  }

  @Test
  void whoWaitsForAClientIsLetGoWhenAnotherOneIsRegisteredThatNobodyConnects() {
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);
    CompletableFuture<Void> waiting = all.supervisor.wake(RAY).orElseThrow();
    FakeClient given = new FakeClient("given");
    assertThat(waiting).isNotDone();

    all.supervisor.register(
        RAY,
        () -> {
          all.clients.register(RAY, () -> given);
          return current();
        });
    all.pass(LONG);

    assertThat(waiting).isCompleted();
    assertThat(all.current(RAY)).isSameAs(given);
    assertThat(all.attempts).as("nothing is connected over it").isEmpty();
    assertThat(all.supervisor.find(RAY)).isNull();
  }

  @Test
  void aRetryThatComesAsItIsCancelledDoesNothing() {
    all.cancelledTooLate = true;
    FakeClient client = new FakeClient("client");
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.script(TWO, () -> client);
    all.supervisor.want(RAY, ONE, this);
    all.work();
    assertThat(all.view("ray").nextAttempt()).isPresent();

    all.supervisor.want(RAY, TWO, this);
    all.pass(LONG);

    assertThat(attempted()).containsExactly(ONE, TWO);
    assertThat(all.current(RAY)).isSameAs(client);
  }
}
