// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real servers, whose own ledger tells what they executed. */
@ExtendWith(NoLeaks.class)
class ChildProcessTest {
  private static final Limits LIMITS =
      Limits.builder()
          .connectTimeout(Duration.ofSeconds(20))
          .childGrace(Duration.ofMillis(300))
          .build();

  @TempDir Path folder;

  private final Aside aside = new Aside();
  private final McpRegistry registry = McpRegistry.builder().limits(LIMITS).build();

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private Ledger ledger() {
    return new Ledger(folder);
  }

  private void register(String namespace, String name) {
    registry.register(namespace, ledger().server(name));
  }

  private String call(String tool, String id) {
    return registry.callTool(tool, Map.of("id", id)).text();
  }

  @Test
  void aChildIsReplacedAgainAndAgainAndEveryCallIsExecutedOnce() throws Exception {
    register("ray", "server0");
    AtomicBoolean enough = new AtomicBoolean();
    List<Future<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int caller = i;
      callers.add(
          aside.call(
              () -> {
                int made = 0;
                while (!enough.get()) {
                  assertThat(call("ray__echo", caller + "." + made++)).startsWith("server");
                }
                return made;
              }));
    }

    for (int i = 1; i <= 8; i++) {
      register("ray", "server" + i);
      ledger().await(1, "server" + i, "echo");
    }
    enough.set(true);

    int made = 0;
    for (Future<Integer> caller : callers) {
      made += Aside.get(caller);
    }
    List<String> executed = ledger().entries("", "echo");
    Set<String> once = new HashSet<>(executed);
    assertThat(once).hasSameSizeAs(executed).hasSize(made);
    registry.close();
    Ledger.awaitGone(ledger().entries("", "started"));
  }

  @Test
  void aLongCallFinishesInTheOldChildWhichThenLeaves() throws Exception {
    register("ray", "old");
    Lease lease = registry.acquire("ray");
    Future<String> running = aside.call(() -> call("ray__hold", "1"));
    ledger().await(1, "old", "hold");

    register("ray", "new");

    assertThat(call("ray__echo", "2")).isEqualTo("new");
    assertThat(ledger().process("old").isAlive()).isTrue();
    lease.callTool("release", Map.of());
    assertThat(Aside.get(running)).isEqualTo("old");
    ProcessHandle old = ledger().process("old");
    lease.close();
    old.onExit().get(Aside.WATCHDOG_SECONDS, TimeUnit.SECONDS);
    assertThat(ledger().entries("", "hold")).containsExactly("1");
  }

  @Test
  void aCallThatOutlivesTheDrainLimitLosesItsProcess() throws Exception {
    RegistryConfig brief = RegistryConfig.builder().drainLimit(Duration.ofMillis(50)).build();
    try (McpRegistry impatient = McpRegistry.builder().limits(LIMITS).config(brief).build()) {
      impatient.register("ray", ledger().server("old"));
      Future<String> running =
          aside.call(() -> impatient.callTool("ray__hold", Map.of("id", "1")).text());
      ledger().await(1, "old", "hold");

      impatient.register("ray", ledger().server("new"));

      assertThatThrownBy(() -> Aside.get(running))
          .isInstanceOfSatisfying(
              McpException.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
      Ledger.awaitGone(ledger().entries("old", "started"));
      assertThat(ledger().entries("", "hold")).containsExactly("1");
      assertThat(ledger().process("new").isAlive()).isTrue();
    }
  }

  @Test
  void aServerThatNeverAnswersFailsInTimeAndLeavesTheOldOneInPlace() throws Exception {
    register("ray", "old");
    ClientDefinition mute =
        ClientDefinition.builder()
            .from(ledger().server("mute", LedgerServer.MUTE))
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    assertThatThrownBy(() -> registry.register("ray", mute))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("\"ray\" cannot be connected");

    Ledger.awaitGone(ledger().entries("mute", "started"));
    assertThat(call("ray__echo", "1")).isEqualTo("old");
  }

  @Test
  void aServerThatCannotStartLeavesTheOldOneInPlace() throws Exception {
    register("ray", "old");

    assertThatThrownBy(
            () -> registry.register("ray", ClientDefinition.command("no-such-command-here")))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("no-such-command-here");

    assertThat(call("ray__echo", "1")).isEqualTo("old");
  }

  @Test
  void ofTwoRegistrationsAtOnceOneProcessIsLeft() throws Exception {
    Future<Void> one = aside.run(() -> register("ray", "one"));
    Future<Void> two = aside.run(() -> register("ray", "two"));

    int refused = 0;
    for (Future<Void> registration : List.of(one, two)) {
      try {
        Aside.get(registration);
      } catch (McpException.Closed superseded) {
        refused++;
      }
    }

    String current = call("ray__echo", "1");
    assertThat(refused).isLessThanOrEqualTo(1);
    Ledger.awaitGone(ledger().entries(current.equals("one") ? "two" : "one", "started"));
    assertThat(ledger().process(current).isAlive()).isTrue();
  }

  @Test
  void closingWhileAChildStartsLeavesNoProcess() throws Exception {
    Future<Void> registering =
        aside.run(() -> registry.register("ray", ledger().server("mute", LedgerServer.MUTE)));
    ledger().await(1, "mute", "started");

    registry.close();

    assertThatThrownBy(() -> Aside.get(registering)).isInstanceOf(McpException.Closed.class);
    Ledger.awaitGone(ledger().entries("mute", "started"));
  }
}
