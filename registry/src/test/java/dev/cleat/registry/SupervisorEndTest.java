// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.Namespace;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How supervision ends: for all, for one, and for a call that cannot wait so long. Virtual time.
 */
@ExtendWith(NoLeaks.class)
class SupervisorEndTest {
  private static final Namespace RAY = Namespace.of("ray");
  private static final ClientDefinition ONE = ClientDefinition.command("one");

  private final Supervision all =
      new Supervision(
          RegistryConfig.builder()
              .reconnectDelay(Duration.ofMillis(100))
              .reconnectCap(Duration.ofSeconds(2))
              .wakeSpacing(Duration.ofSeconds(1))
              .healthInterval(Duration.ZERO)
              .build());

  @AfterEach
  void end() {
    all.close();
  }

  @Test
  void nothingIsLeftToDoAfterTheStop() {
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);
    all.work();
    assertThat(all.time.scheduled()).as("it is tried again").isEqualTo(1);
    assertThat(all.supervisor.namespaces()).containsExactly(RAY);

    all.supervisor.stop();

    assertThat(all.time.scheduled()).isZero();
  }

  @Test
  void whatNobodyWantsCannotBeRemoved() {
    assertThat(all.supervisor.remove(RAY, Optional.empty())).isFalse();
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);

    assertThat(all.supervisor.remove(RAY, Optional.empty()))
        .as("wanted, and never connected")
        .isTrue();
    assertThat(all.supervisor.remove(RAY, Optional.empty())).isFalse();
    assertThat(all.supervisor.namespaces()).isEmpty();
  }

  @Test
  void anAttemptIsInterruptedWhenNobodyWantsItAnyMore() throws Exception {
    CountDownLatch connecting = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    all.script(
        ONE,
        () -> {
          connecting.countDown();
          try {
            never.await();
            throw new IllegalStateException("It was let go.");
          } catch (InterruptedException e) {
            interrupted.countDown();
            throw new McpException.Cancelled("connecting", false);
          }
        });
    all.supervisor.want(RAY, ONE, this);
    Runnable attempt = all.takeWork();
    try (Aside aside = new Aside()) {
      Future<Void> attempting = aside.run(attempt::run);
      Aside.await(connecting);

      assertThat(all.supervisor.remove(RAY, Optional.empty())).isTrue();

      Aside.await(interrupted);
      Aside.get(attempting);
    }
    all.pass(Duration.ofSeconds(10));
    assertThat(all.attempts).hasSize(1);
  }

  @Test
  void whoWakesAClientThatIsTriedAgainSoonWaitsAndElseIsToldWhen() {
    all.script(ONE, Supervision.refusing("nobody is there"));
    all.supervisor.want(RAY, ONE, this);
    all.work();
    assertThat(all.supervisor.wake(RAY).orElseThrow()).as("in 100 ms at most").isNotDone();

    while (all.view("ray").nextAttempt().orElseThrow().toMillis() < 1_200) {
      all.pass(Duration.ofMillis(5));
    }

    assertThat(all.supervisor.wake(RAY).orElseThrow())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(McpException.NotSent.class)
        .withMessageContaining("nobody is there")
        .withMessageContaining("It is tried again in 1");
  }
}
