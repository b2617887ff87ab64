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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How clients are connected, connected again, and given up. Time is virtual. */
@ExtendWith(NoLeaks.class)
class SupervisorTest {
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

  private List<Duration> waits() {
    List<Duration> waits = new ArrayList<>();
    for (int i = 1; i < all.attempts.size(); i++) {
      waits.add(
          Duration.ofNanos(all.attempts.get(i).atNanos() - all.attempts.get(i - 1).atNanos()));
    }
    return waits;
  }

  @Test
  void whatIsWantedIsConnected() {
    FakeClient client = new FakeClient("client");
    all.script(ONE, () -> client);

    all.supervisor.want(RAY, ONE, this);
    assertThat(all.view("ray").state()).isEqualTo(State.CONNECTING);
    all.work();

    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    assertThat(all.current(RAY)).isSameAs(client);
  }

  @Test
  void whatFailsIsTriedAgainLessAndLessOften() {
    all.script(ONE, Supervision.refusing("nobody is there"));

    all.supervisor.want(RAY, ONE, this);
    all.pass(Duration.ofSeconds(20));

    List<Duration> waits = waits();
    assertThat(waits).hasSizeGreaterThan(8);
    long base = 100;
    for (Duration wait : waits) {
      // The steps in which this test lets time pass come on top.
      assertThat(wait.toMillis()).isBetween(base / 2, base + 10);
      base = Math.min(2 * base, 2_000);
    }
  }

  @Test
  void aCrashLoopIsShownWithItsReasonAndItsNextAttempt() {
    all.script(ONE, Supervision.refusing("it exited with code 1"));

    all.supervisor.want(RAY, ONE, this);
    all.work();
    assertThat(all.view("ray").state()).isEqualTo(State.BACKOFF);
    all.pass(Duration.ofSeconds(5));

    assertThat(all.view("ray").state()).isEqualTo(State.CRASH_LOOP);
    assertThat(all.view("ray").trouble()).contains("it exited with code 1");
    assertThat(all.view("ray").failures()).isGreaterThanOrEqualTo(5);
    assertThat(all.view("ray").nextAttempt()).isPresent();
  }

  @Test
  void whatWasLostAfterAStableTimeIsConnectedAgainAtOnce() {
    List<FakeClient> made = new ArrayList<>();
    all.script(ONE, () -> add(made));
    all.supervisor.want(RAY, ONE, this);
    all.pass(Duration.ofSeconds(31));

    made.get(0).lose("it was killed");
    all.work();

    assertThat(made).hasSize(2);
    assertThat(all.view("ray").state()).isEqualTo(State.READY);
    assertThat(all.view("ray").failures()).isZero();
    assertThat(all.current(RAY)).isSameAs(made.get(1));
  }

  private static FakeClient add(List<FakeClient> made) {
    made.add(new FakeClient("client " + made.size()));
    return made.get(made.size() - 1);
  }

  @Test
  void whatIsLostAgainAndAgainCountsAsFailing() {
    List<FakeClient> made = new ArrayList<>();
    all.script(ONE, () -> add(made));
    all.supervisor.want(RAY, ONE, this);

    for (int i = 0; i < 5; i++) {
      all.work();
      made.get(made.size() - 1).lose("it exited");
      assertThat(all.view("ray").failures()).isEqualTo(i + 1);
      assertThat(all.view("ray").trouble()).contains("it exited");
      if (i < 4) {
        assertThat(all.view("ray").state()).isEqualTo(State.BACKOFF);
        all.pass(Duration.ofSeconds(2));
      }
    }

    assertThat(all.view("ray").state()).isEqualTo(State.CRASH_LOOP);
  }

  @Test
  void failuresAreForgottenOnlyAfterAStableTime() {
    List<FakeClient> made = new ArrayList<>();
    all.script(ONE, () -> add(made));
    all.supervisor.want(RAY, ONE, this);
    all.work();
    made.get(0).lose("once");
    all.pass(Duration.ofSeconds(29));
    made.get(1).lose("twice");
    assertThat(all.view("ray").failures()).isEqualTo(2);
    all.pass(Duration.ofSeconds(32));

    made.get(2).lose("much later");

    assertThat(all.view("ray").failures()).isZero();
  }

  @Test
  void aCallWakesOneAttemptAndNoMoreForAWhile() {
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);
    all.pass(Duration.ofSeconds(8));
    // Just after an attempt; the next one is up to 2 s away.
    int before = all.attempts.size();
    while (all.attempts.size() == before) {
      all.pass(Duration.ofMillis(5));
    }
    assertThat(all.supervisor.wake(RAY).orElseThrow()).isCompletedExceptionally();
    assertThat(all.attempts).hasSize(before + 1);

    all.time.advance(Duration.ofMillis(999));
    FakeClient client = new FakeClient("client");
    all.script(ONE, () -> client);
    all.time.advance(Duration.ofMillis(1));
    CompletableFuture<Void> woken = all.supervisor.wake(RAY).orElseThrow();
    CompletableFuture<Void> alike = all.supervisor.wake(RAY).orElseThrow();
    assertThat(woken).isNotDone();
    all.work();

    assertThat(woken).isCompleted();
    assertThat(alike).isCompleted();
    assertThat(all.attempts).hasSize(before + 2);
    assertThat(all.view("ray").state()).isEqualTo(State.READY);
  }

  @Test
  void whoWaitsForAnAttemptThatFailsIsToldWhy() {
    all.script(ONE, Supervision.refusing("the disk is full"));
    all.supervisor.want(RAY, ONE, this);
    CompletableFuture<Void> woken = all.supervisor.wake(RAY).orElseThrow();

    all.work();

    assertThatThrownBy(woken::join)
        .hasCauseInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("\"ray\" is down: the disk is full")
        .hasMessageContaining("It is tried again in");
  }

  @Test
  void whatWantsAuthenticationIsLeftAloneUntilItIsCalled() {
    all.script(
        ONE,
        () -> {
          throw new McpException.ConnectFailed("HTTP 401", null, true);
        });
    all.supervisor.want(RAY, ONE, this);
    all.pass(Duration.ofSeconds(29));
    assertThat(all.attempts).hasSize(1);
    assertThat(all.time.scheduled()).isZero();
    assertThat(all.view("ray").state()).isEqualTo(State.NEEDS_AUTH);
    assertThat(all.supervisor.wake(RAY).orElseThrow()).isCompletedExceptionally();
    assertThat(all.attempts).hasSize(1);

    all.pass(Duration.ofSeconds(1));
    CompletableFuture<Void> woken = all.supervisor.wake(RAY).orElseThrow();
    all.work();

    assertThat(woken).isCompletedExceptionally();
    assertThat(all.attempts).hasSize(2);
  }

  @Test
  void anotherDefinitionReplacesTheClientOnceItIsConnected() throws Exception {
    FakeClient old = new FakeClient("old");
    FakeClient fresh = new FakeClient("fresh");
    all.script(ONE, () -> old);
    all.script(TWO, Supervision.refusing("a typing mistake"));
    all.supervisor.want(RAY, ONE, this);
    all.work();

    all.supervisor.want(RAY, TWO, this);
    all.work();
    assertThat(all.view("ray").state()).as("the old one serves").isEqualTo(State.READY);
    assertThat(all.view("ray").trouble()).contains("a typing mistake");
    assertThat(old.isClosed()).isFalse();

    all.script(TWO, () -> fresh);
    all.pass(Duration.ofMillis(200));
    assertThat(all.current(RAY)).isSameAs(fresh);
    assertThat(all.view("ray").trouble()).isEmpty();
    old.assertClosedProperly();
  }

  @Test
  void anEqualDefinitionChangesNothing() {
    all.script(ONE, () -> new FakeClient("client"));
    all.supervisor.want(RAY, ONE, this);
    all.work();
    long generation = all.view("ray").generation();

    all.supervisor.want(RAY, ClientDefinition.command("one"), this);
    all.pass(Duration.ofSeconds(3));

    assertThat(all.view("ray").generation()).isEqualTo(generation);
  }

  @Test
  void aDefinitionThatChangesDuringAnAttemptIsConnectedAfterThatHasEnded() throws Exception {
    FakeClient stale = new FakeClient("stale");
    FakeClient fresh = new FakeClient("fresh");
    all.script(
        ONE,
        () -> {
          all.supervisor.want(RAY, TWO, this);
          assertThat(all.attempts).as("one at a time").hasSize(1);
          return stale;
        });
    all.script(TWO, () -> fresh);

    all.supervisor.want(RAY, ONE, this);
    all.work();

    assertThat(all.current(RAY)).isSameAs(fresh);
    stale.assertClosedProperly();
  }

  @Test
  void whatIsRemovedWhileItIsConnectedIsClosed() throws Exception {
    FakeClient client = new FakeClient("client");
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    all.script(
        ONE,
        () -> {
          waiting.add(all.supervisor.wake(RAY).orElseThrow());
          assertThat(all.supervisor.remove(RAY, Optional.empty())).isTrue();
          return client;
        });
    all.supervisor.want(RAY, ONE, this);

    all.pass(Duration.ofSeconds(5));

    assertThat(all.attempts).hasSize(1);
    assertThatThrownBy(() -> waiting.get(0).join()).hasCauseInstanceOf(McpException.NotFound.class);
    assertThat(all.supervisor.find(RAY)).isNull();
    client.assertClosedProperly();
  }

  @Test
  void aSourceRemovesOnlyWhatItWanted() {
    all.script(ONE, () -> new FakeClient("client"));
    all.supervisor.register(RAY, ONE);

    assertThat(all.supervisor.remove(RAY, Optional.of(this))).isFalse();

    assertThat(all.view("ray").state()).isEqualTo(State.READY);
  }

  @Test
  void nothingIsConnectedOnceItHasStopped() throws Exception {
    FakeClient client = new FakeClient("client");
    all.script(ONE, Supervision.refusing("not yet"));
    all.supervisor.want(RAY, ONE, this);
    all.work();
    CompletableFuture<Void> waiting = all.supervisor.wake(RAY).orElseThrow();
    all.script(ONE, () -> client);

    all.close();
    all.supervisor.want(Namespace.of("other"), ONE, this);
    all.pass(Duration.ofSeconds(5));

    assertThat(all.attempts).hasSize(1);
    assertThat(all.time.scheduled()).isZero();
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(McpException.Closed.class);
    assertThatThrownBy(all.supervisor.wake(RAY).orElseThrow()::join)
        .hasCauseInstanceOf(McpException.Closed.class);
  }

  @Test
  void whatIsTakenOutIsNotCaredForAnyMore() {
    FakeClient client = new FakeClient("client");
    all.script(ONE, () -> client);
    all.supervisor.want(RAY, ONE, this);
    all.work();

    assertThat(all.supervisor.remove(RAY, Optional.of(this))).isTrue();
    client.lose("it was killed");
    all.pass(Duration.ofSeconds(5));

    assertThat(all.attempts).hasSize(1);
    assertThat(all.supervisor.wake(RAY)).isEmpty();
    assertThat(all.supervisor.remove(RAY, Optional.of(this))).isFalse();
    assertThat(all.supervisor.namespaces()).isEmpty();
  }

  @Test
  void anAttemptThatIsGivenToAWorkerBeforeTheStopDoesNotConnect() {
    all.script(ONE, () -> new FakeClient("client"));
    all.supervisor.want(RAY, ONE, this);

    all.close();
    all.work();

    assertThat(all.attempts).isEmpty();
  }
}
