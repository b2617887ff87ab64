// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ClientCapabilities;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.mcp.McpClient;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Readiness;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shown of clients that are neither simply there nor simply gone. Time is virtual. */
@ExtendWith(NoLeaks.class)
class ViewsTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final ClientDefinition ONE = ClientDefinition.command("one");

  private final Supervision all =
      new Supervision(
          RegistryConfig.builder()
              .reconnectDelay(Duration.ofHours(1))
              .reconnectCap(Duration.ofHours(1))
              .healthInterval(Duration.ZERO)
              .idleLimit(Duration.ofMinutes(10))
              .build());
  private final Views views = new Views(all.clients, all.supervisor, all.time);

  @AfterEach
  void end() {
    all.close();
  }

  @Test
  void whoIsReadyIsWhatTheClientsSayOfThemselves() {
    assertThat(views.readiness()).isEmpty();
    ManySet own = new ManySet();
    all.clients.register(RAY, () -> McpClient.of("ray", own));

    assertThat(views.readiness()).containsExactly(new Readiness("many", true, ""));
  }

  @Test
  void aClientThatIsLostIsNotReadyAndOneThatRestsIsWell() {
    FakeClient client = new FakeClient("client");
    all.script(ONE, () -> client);
    all.supervisor.want(RAY, ONE, this);
    assertThat(views.readiness())
        .containsExactly(new Readiness("ray", false, "it is being connected"));
    all.work();
    assertThat(views.readiness()).isEmpty();
    all.pass(Duration.ofMinutes(11));
    assertThat(all.view("ray").state()).isEqualTo(State.IDLE);
    assertThat(views.readiness()).as("one that rests is woken by a call").isEmpty();

    FakeClient again = new FakeClient("again");
    all.script(ONE, () -> again);
    var unused = all.supervisor.wake(RAY);
    all.work();
    again.lose("it was killed");

    assertThat(views.readiness()).containsExactly(new Readiness("ray", false, "it was killed"));
  }

  @Test
  void whatCannotBeConnectedIsNotReadyAndSaysWhy() {
    all.script(
        ONE,
        () -> {
          throw new McpException.ConnectFailed("the disk is full", null);
        });
    all.supervisor.want(RAY, ONE, this);
    all.work();

    assertThat(views.readiness()).containsExactly(new Readiness("ray", false, "the disk is full"));
  }

  @Test
  void theStateOfTheBreakerIsMeasured() {
    all.script(ONE, () -> new FakeClient("client"));
    all.supervisor.register(RAY, ONE);
    Generation held = all.clients.hold(RAY);
    Gate gate = held.gate();
    gate.settings(new GateSettings(64, 64, 1, Duration.ofNanos(1)));
    assertThat(views.gauges(RAY).breaker()).isZero();

    long soon = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    gate.enter(soon, "a call").end(Breaker.Outcome.UNANSWERED);
    assertThat(views.gauges(RAY).breaker()).isEqualTo(2);

    Pass probe = gate.enter(soon, "a call");
    assertThat(views.gauges(RAY).breaker()).isEqualTo(1);
    assertThat(views.gauges(RAY).inFlight()).isEqualTo(1);
    probe.end(Breaker.Outcome.ANSWERED);
    assertThat(views.gauges(RAY).breaker()).isZero();
    assertThat(views.gauges(RAY).state()).isEqualTo(State.READY.ordinal());
    assertThat(views.gauges(RAY).holders()).isEqualTo(1);
    held.release();
  }

  /** Clients whose directory is read a moment too early. */
  private static final class Early extends LoneClients {
    private volatile @Nullable Directory read;

    @Override
    Directory directory() {
      Directory early = read;
      return early == null ? super.directory() : early;
    }

    void readsFromNowOn(@Nullable Directory early) {
      read = early;
    }
  }

  /** Connects to whatever is wanted. */
  private static final class Anything extends Connector {
    Anything() {
      super(List.of(), Anything.class.getClassLoader(), Limits.defaults(), ClientCapabilities.NONE);
    }

    @Override
    McpClient connect(Namespace namespace, ClientDefinition definition) {
      return new FakeClient(definition.command().orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoIsReplacedAfterTheDirectoryWasReadIsShownAsReadyAndOnce(boolean supervised) {
    Early clients = new Early();
    ManualTime time = new ManualTime();
    Supervisor supervisor =
        new Supervisor(
            RegistryConfig.defaults(),
            clients,
            new Anything(),
            time,
            Runnable::run,
            new Events(List.of(), Runnable::run, Duration.ZERO),
            Metering.NONE,
            new Random(7));
    Runnable register =
        supervised
            ? () -> supervisor.register(RAY, ONE)
            : () -> clients.register(RAY, () -> new FakeClient("client"));
    Views early = new Views(clients, supervisor, time);
    try {
      register.run();
      Generation held = clients.hold(RAY);
      clients.readsFromNowOn(clients.directory());
      register.run();
      assertThat(held.phase()).isEqualTo(HolderWord.Phase.DRAINING);

      assertThat(early.snapshot().clients())
          .singleElement()
          .satisfies(
              view -> {
                assertThat(view.state()).isEqualTo(State.READY);
                assertThat(view.generation()).isEqualTo(held.number());
              });
      clients.readsFromNowOn(null);
      assertThat(early.snapshot().clients())
          .extracting(RegistrySnapshot.ClientView::state)
          .containsExactly(State.READY, State.DRAINING);
      held.release();
    } finally {
      supervisor.stop();
      clients.close();
    }
  }

  @Test
  void aClientThatWasRemovedAndStillDrainsIsNoLongerThatOfItsNamespace() {
    all.script(ONE, () -> new FakeClient("client"));
    all.supervisor.register(RAY, ONE);
    Generation held = all.clients.hold(RAY);

    assertThat(all.supervisor.remove(RAY, Optional.empty())).isTrue();

    RegistrySnapshot snapshot = views.snapshot();
    assertThat(snapshot.client("ray")).isEmpty();
    assertThat(snapshot.client("other")).isEmpty();
    assertThat(snapshot.clients())
        .singleElement()
        .satisfies(view -> assertThat(view.state()).isEqualTo(State.DRAINING));
    held.release();
  }
}
