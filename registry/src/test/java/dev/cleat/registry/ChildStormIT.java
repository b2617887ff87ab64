// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.io.File;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real child processes, replaced a hundred times under calls. What was executed, and how often, is
 * read from their own ledger. Takes about a minute, and needs nothing.
 */
@ExtendWith(NoLeaks.class)
class ChildStormIT {
  private static final int REPLACEMENTS = 100;
  private static final int CALLERS = 8;

  @TempDir Path folder;

  @Test
  void aHundredReplacementsOfRealProcessesLoseAndRepeatNothingAndLeaveNoProcess() throws Exception {
    List<Future<Integer>> callers = new ArrayList<>();
    int made = 0;
    try (McpRegistry registry =
            McpRegistry.builder()
                .limits(Limits.builder().connectTimeout(Duration.ofSeconds(20)).build())
                .build();
        Aside aside = new Aside()) {
      registry.register("ray", server(0));
      AtomicBoolean enough = new AtomicBoolean();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        callers.add(aside.call(() -> callUntil(enough, registry, caller)));
      }

      for (int i = 1; i <= REPLACEMENTS; i++) {
        registry.register("ray", server(i));
      }
      enough.set(true);
      for (Future<Integer> caller : callers) {
        made += Aside.get(caller);
      }
    }

    List<String> executed = entries("echo");
    Set<String> once = new HashSet<>(executed);
    assertThat(executed).as("executions").hasSameSizeAs(once);
    assertThat(once).as("calls").hasSize(made);
    assertThat(entries("started")).hasSize(REPLACEMENTS + 1).noneMatch(ChildStormIT::isAlive);
  }

  private static int callUntil(AtomicBoolean enough, McpRegistry registry, int caller) {
    int made = 0;
    while (!enough.get()) {
      String id = caller + "." + made++;
      assertThat(registry.callTool("ray__echo", Map.of("id", id)).text()).startsWith("server");
    }
    return made;
  }

  private static boolean isAlive(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
  }

  private Path ledger() {
    return folder.resolve("ledger");
  }

  private List<String> entries(String event) throws Exception {
    try (var lines = Files.lines(ledger())) {
      return lines
          .map(line -> line.split(" "))
          .filter(words -> words[1].equals(event))
          .map(words -> words[2])
          .toList();
    }
  }

  private ClientDefinition server(int number) throws URISyntaxException {
    return ClientDefinition.command(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx64m",
        "-cp",
        classPath(),
        LedgerServer.class.getName(),
        "server" + number,
        ledger().toString(),
        LedgerServer.FINE);
  }

  /** All that this JVM has, be it on the class path, the module path, or patched into a module. */
  private static String classPath() throws URISyntaxException {
    String itself = "/" + LedgerServer.class.getName().replace('.', '/') + ".class";
    Path tests = Path.of(LedgerServer.class.getResource(itself).toURI());
    for (int depth = itself.split("/").length; depth > 1; depth--) {
      tests = tests.getParent();
    }
    return String.join(
        File.pathSeparator,
        tests.toString(),
        System.getProperty("java.class.path", ""),
        System.getProperty("jdk.module.path", ""));
  }
}
