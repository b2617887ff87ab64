// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

  private ClientDefinition server(String name, String behaviour) throws Exception {
    return ClientDefinition.command(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx64m",
        "-cp",
        classPath(),
        LedgerServer.class.getName(),
        name,
        ledger().toString(),
        behaviour);
  }

  private Path ledger() {
    return folder.resolve("ledger");
  }

  /**
   * All that this JVM has, whether on the class path, the module path, or patched into a module.
   */
  private static String classPath() throws URISyntaxException {
    List<String> all = new ArrayList<>();
    String itself = LedgerServer.class.getName().replace('.', '/') + ".class";
    Path here = Path.of(LedgerServer.class.getResource("/" + itself).toURI());
    for (int depth = itself.split("/").length; depth > 0; depth--) {
      here = here.getParent();
    }
    all.add(here.toString());
    for (String path : List.of("java.class.path", "jdk.module.path")) {
      all.add(System.getProperty(path, ""));
    }
    return String.join(File.pathSeparator, all);
  }

  private void register(String namespace, String name) throws Exception {
    registry.register(namespace, server(name, LedgerServer.FINE));
  }

  private String call(String tool, String id) {
    return registry.callTool(tool, Map.of("id", id)).text();
  }

  /** The details of an event, of one server or of all. */
  private List<String> entries(String name, String event) throws IOException {
    List<String> entries = new ArrayList<>();
    if (Files.exists(ledger())) {
      for (String line : Files.readAllLines(ledger())) {
        String[] words = line.split(" ");
        if ((name.isEmpty() || words[0].equals(name)) && words[1].equals(event)) {
          entries.add(words[2]);
        }
      }
    }
    return entries;
  }

  private void awaitEntries(int count, String name, String event) {
    Aside.until(
        name + " has entered " + event,
        () -> {
          try {
            return entries(name, event).size() >= count;
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private ProcessHandle process(String name) throws IOException {
    return ProcessHandle.of(Long.parseLong(entries(name, "started").get(0))).orElseThrow();
  }

  private static void awaitGone(List<String> pids) throws Exception {
    for (String pid : pids) {
      ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElse(null);
      if (process != null && process.isAlive()) {
        Aside.until("process " + pid + " is gone", () -> !process.isAlive());
      }
    }
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
      awaitEntries(1, "server" + i, "echo");
    }
    enough.set(true);

    int made = 0;
    for (Future<Integer> caller : callers) {
      made += Aside.get(caller);
    }
    List<String> executed = entries("", "echo");
    Set<String> once = new HashSet<>(executed);
    assertThat(once).hasSameSizeAs(executed).hasSize(made);
    registry.close();
    awaitGone(entries("", "started"));
  }

  @Test
  void aLongCallFinishesInTheOldChildWhichThenLeaves() throws Exception {
    register("ray", "old");
    Lease lease = registry.acquire("ray");
    Future<String> running = aside.call(() -> call("ray__hold", "1"));
    awaitEntries(1, "old", "hold");

    register("ray", "new");

    assertThat(call("ray__echo", "2")).isEqualTo("new");
    assertThat(process("old").isAlive()).isTrue();
    lease.callTool("release", Map.of());
    assertThat(Aside.get(running)).isEqualTo("old");
    ProcessHandle old = process("old");
    lease.close();
    old.onExit().get(Aside.WATCHDOG_SECONDS, TimeUnit.SECONDS);
    assertThat(entries("", "hold")).containsExactly("1");
  }

  @Test
  void aCallThatOutlivesTheDrainLimitLosesItsProcess() throws Exception {
    RegistryConfig brief = RegistryConfig.builder().drainLimit(Duration.ofMillis(50)).build();
    try (McpRegistry impatient = McpRegistry.builder().limits(LIMITS).config(brief).build()) {
      impatient.register("ray", server("old", LedgerServer.FINE));
      Future<String> running =
          aside.call(() -> impatient.callTool("ray__hold", Map.of("id", "1")).text());
      awaitEntries(1, "old", "hold");

      impatient.register("ray", server("new", LedgerServer.FINE));

      assertThatThrownBy(() -> Aside.get(running))
          .isInstanceOfSatisfying(
              McpException.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
      awaitGone(entries("old", "started"));
      assertThat(entries("", "hold")).containsExactly("1");
      assertThat(process("new").isAlive()).isTrue();
    }
  }

  @Test
  void aChildThatIsKilledFailsItsCallersAtOnceAndNobodyElse() throws Exception {
    register("ray", "victim");
    register("time", "neighbour");
    List<Future<String>> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String id = "" + i;
      running.add(aside.call(() -> call("ray__hold", id)));
    }
    awaitEntries(8, "victim", "hold");

    long start = System.nanoTime();
    process("victim").destroyForcibly();

    for (Future<String> call : running) {
      assertThatThrownBy(() -> Aside.get(call))
          .isInstanceOfSatisfying(
              McpException.OutcomeUnknown.class, e -> assertThat(e.mayHaveExecuted()).isTrue())
          .hasMessageContaining("exited with code");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(call("time__echo", "n")).isEqualTo("neighbour");
    assertThatThrownBy(() -> call("ray__echo", "n")).isInstanceOf(McpException.NotSent.class);
    assertThat(entries("victim", "hold")).doesNotHaveDuplicates().hasSize(8);

    register("ray", "heir");
    assertThat(call("ray__echo", "n")).isEqualTo("heir");
  }

  @Test
  void aServerThatNeverAnswersFailsInTimeAndLeavesTheOldOneInPlace() throws Exception {
    register("ray", "old");
    ClientDefinition mute =
        ClientDefinition.builder()
            .from(server("mute", LedgerServer.MUTE))
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    assertThatThrownBy(() -> registry.register("ray", mute))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("\"ray\" cannot be connected");

    awaitGone(entries("mute", "started"));
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
    awaitGone(entries(current.equals("one") ? "two" : "one", "started"));
    assertThat(process(current).isAlive()).isTrue();
  }

  @Test
  void closingWhileAChildStartsLeavesNoProcess() throws Exception {
    Future<Void> registering =
        aside.run(() -> registry.register("ray", server("mute", LedgerServer.MUTE)));
    awaitEntries(1, "mute", "started");

    registry.close();

    assertThatThrownBy(() -> Aside.get(registering)).isInstanceOf(McpException.Closed.class);
    awaitGone(entries("mute", "started"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aChildThatIgnoresEveryRequestIsKilledWithAllThatItStarted() throws Exception {
    registry.register("ray", server("stubborn", LedgerServer.STUBBORN));
    List<String> pids = entries("stubborn", "started");
    pids.addAll(entries("stubborn", "grandchild"));
    assertThat(pids).hasSize(2);

    register("ray", "new");

    awaitGone(pids);
    assertThat(call("ray__echo", "1")).isEqualTo("new");
  }
}
