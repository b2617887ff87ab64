// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.registry.RegistryEvent.Kind;
import dev.cleat.registry.RegistrySnapshot.ClientView;
import dev.cleat.registry.RegistrySnapshot.State;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What can go wrong with servers that are processes or on the network. The numbers are those of the
 * table in {@code docs/registry.md}.
 */
@ExtendWith(NoLeaks.class)
class ProcessScenariosTest {
  private static final Limits LIMITS =
      Limits.builder()
          .connectTimeout(Duration.ofSeconds(20))
          .childGrace(Duration.ofMillis(300))
          .maxMessageBytes(1 << 20)
          .build();

  private final Aside aside = new Aside();
  private final EventJournal journal = new EventJournal();
  private final Wanted wanted = new Wanted();
  private final McpRegistry registry =
      McpRegistry.builder()
          .limits(LIMITS)
          .config(
              RegistryConfig.builder()
                  .reconnectDelay(Duration.ofMillis(1))
                  .reconnectCap(Duration.ofMillis(4))
                  .wakeSpacing(Duration.ZERO)
                  .crashLoopAfter(5)
                  .build())
          .listener(journal)
          .source(wanted)
          .build();

  @TempDir Path folder;

  @AfterEach
  void end() {
    registry.close();
    aside.close();
  }

  private Ledger ledger() {
    return new Ledger(folder);
  }

  private String call(String tool, String id) {
    return registry.callTool(tool, Map.of("id", id)).text();
  }

  private ClientView view(String namespace) {
    return registry.snapshot().client(namespace).orElseThrow();
  }

  @Test
  void scenario11AServerThatIsRemovedAndTakenAgainAndAgainLeavesOneProcess() {
    for (int i = 0; i < 8; i++) {
      registry.register("ray", ledger().server("server" + i));
      assertThat(call("ray__echo", "" + i)).isEqualTo("server" + i);
      if (i < 7) {
        registry.unregister("ray");
      }
    }

    Aside.until("one process is left", () -> ledger().alive() == 1);
    assertThat(ledger().entries("", "echo")).hasSize(8).doesNotHaveDuplicates();
    assertThat(ledger().process("server7").isAlive()).isTrue();
  }

  @Test
  void scenario12AKilledServerFailsItsCallsAndNobodyElsesAndIsBackAtTheNextCall() throws Exception {
    registry.register("ray", ledger().server("victim"));
    registry.register("time", ledger().server("neighbour"));
    List<Future<String>> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String id = "" + i;
      running.add(aside.call(() -> call("ray__hold", id)));
    }
    ledger().await(8, "victim", "hold");

    ledger().process("victim").destroyForcibly();

    for (Future<String> call : running) {
      assertThatThrownBy(() -> Aside.get(call))
          .isInstanceOfSatisfying(
              McpException.OutcomeUnknown.class, e -> assertThat(e.mayHaveExecuted()).isTrue())
          .hasMessageContaining("exited with code");
      assertThat(call("time__echo", "n")).isEqualTo("neighbour");
    }
    assertThat(call("ray__echo", "again")).isEqualTo("victim");
    assertThat(ledger().entries("victim", "started")).hasSize(2);
    assertThat(ledger().entries("victim", "hold")).doesNotHaveDuplicates().hasSize(8);
    assertThat(journal.count("time", Kind.LOST)).isZero();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void scenario13AProgramThatExitsAtOnceEndsInACrashLoopThatSaysWhy() {
    wanted.with("ray", ClientDefinition.command("sh", "-c", "echo no such flag >&2; exit 3"));

    journal.await("ray", Kind.CRASH_LOOP, 1);

    assertThat(view("ray").state()).isIn(State.CRASH_LOOP, State.CONNECTING);
    assertThat(view("ray").failures()).isGreaterThanOrEqualTo(5);
    assertThat(view("ray").trouble().orElseThrow())
        .contains("exited with code 3")
        .contains("no such flag");
    wanted.without("ray");
    journal.await("ray", Kind.REMOVED, 1);
    assertThat(registry.snapshot().clients()).isEmpty();
  }

  /** A web server that lets nobody in, and counts who tried. */
  private static final class ClosedDoor implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final AtomicInteger requests = new AtomicInteger();

    ClosedDoor(Aside aside) throws IOException {
      var unused = aside.run(this::refuse);
    }

    private void refuse() throws IOException {
      while (!socket.isClosed()) {
        try (Socket visitor = socket.accept()) {
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(visitor.getInputStream(), StandardCharsets.US_ASCII));
          for (String line = in.readLine(); line != null && !line.isEmpty(); ) {
            line = in.readLine();
          }
          requests.incrementAndGet();
          visitor
              .getOutputStream()
              .write(
                  "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
        }
      }
    }

    ClientDefinition definition() {
      return ClientDefinition.url("http://127.0.0.1:" + socket.getLocalPort() + "/mcp");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void scenario14AServerThatRefusesUsIsLeftAloneUntilItIsUsed() throws Exception {
    try (ClosedDoor door = new ClosedDoor(aside)) {
      wanted.with("door", door.definition());
      journal.await("door", Kind.NEEDS_AUTH, 1);
      int before = door.requests.get();
      ClientView refused = view("door");

      // One that always exits is the clock: meanwhile it is tried again and again.
      wanted.with("clock", ClientDefinition.command("no-such-command-here"));
      journal.await("clock", Kind.CONNECT_FAILED, 20);

      assertThat(refused.state()).isEqualTo(State.NEEDS_AUTH);
      assertThat(refused.nextAttempt()).isEmpty();
      assertThat(refused.trouble().orElseThrow()).contains("401");
      assertThat(door.requests).hasValue(before);
      assertThatThrownBy(() -> call("door__echo", "1")).isInstanceOf(McpException.class);
      assertThat(door.requests.get()).isGreaterThan(before);
      assertThat(view("door").state()).isEqualTo(State.NEEDS_AUTH);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flood", "junk", "endless"})
  void scenario21WhateverAServerSaysBesideItsAnswersItsCallsComplete(String noise) {
    registry.register("ray", ledger().server("noisy"));
    registry.register("time", ledger().server("neighbour"));

    assertThat(call("ray__" + noise, "1")).isEqualTo("noisy");
    assertThat(call("ray__echo", "2")).isEqualTo("noisy");
    assertThat(call("time__echo", "3")).isEqualTo("neighbour");
    assertThat(journal.count("ray", Kind.LOST)).isZero();
    assertThat(ledger().entries("noisy", noise)).hasSize(1);
  }

  @Test
  void scenario21AServerThatLeavesInTheMiddleOfAMessageFailsOnlyItself() {
    registry.register("ray", ledger().server("noisy"));
    registry.register("time", ledger().server("neighbour"));

    assertThatThrownBy(() -> call("ray__half", "1"))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("exited with code 3");

    assertThat(call("time__echo", "2")).isEqualTo("neighbour");
    assertThat(call("ray__echo", "3")).isEqualTo("noisy");
    assertThat(ledger().entries("noisy", "half")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"replace", "remove", "close"})
  @EnabledOnOs(OS.LINUX)
  void scenario22AServerThatIgnoresEveryRequestLeavesNothingBehind(String way) {
    registry.register("ray", ledger().server("stubborn", LedgerServer.STUBBORN));
    List<String> pids = ledger().entries("stubborn", "started");
    pids.addAll(ledger().entries("stubborn", "grandchild"));
    assertThat(pids).hasSize(2);

    switch (way) {
      case "replace" -> registry.register("ray", ledger().server("new"));
      case "remove" -> assertThat(registry.unregister("ray")).isTrue();
      default -> registry.close();
    }

    Ledger.awaitGone(pids);
  }
}
