// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The ways in which {@code cleat serve} ends while its upstreams work: scenario 25 of the table in
 * {@code docs/registry.md}. Upstreams are processes that write down who they are.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class StopScenariosTest {
  @TempDir Path folder;

  /** How a gateway is asked to end. */
  enum Stop {
    END_OF_INPUT {
      @Override
      void stop(Child gateway) throws IOException {
        gateway.closeInput();
      }
    },
    SIGTERM {
      @Override
      void stop(Child gateway) {
        gateway.terminate();
      }
    };

    abstract void stop(Child gateway) throws IOException;
  }

  @AfterEach
  void endWhatIsLeft() throws IOException {
    for (String pid : pids()) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Ends when its input does. */
  private Map<String, Object> polite() throws IOException {
    return shell("echo $$ >> pids; exec " + inner());
  }

  /** Ignores the end of its input and every request, and has a process of its own. */
  private Map<String, Object> stubborn() throws IOException {
    return shell(
        "trap '' TERM INT HUP; echo $$ >> pids; sleep 600 >&2 & echo $! >> pids; "
            + inner()
            + "; while :; do sleep 600; done");
  }

  private Map<String, Object> shell(String script) {
    return Map.of("command", "sh", "args", List.of("-c", script), "cwd", folder.toString());
  }

  private String inner() throws IOException {
    Path config = folder.resolve("inner.json");
    Files.writeString(config, "{}");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return String.join(
        " ",
        quoted(java.toString()),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        quoted(System.getProperty("java.class.path")),
        Cleat.class.getName(),
        "serve",
        "--config",
        quoted(config.toString()));
  }

  private static String quoted(String word) {
    return "'" + word + "'";
  }

  private Child gateway(Map<String, Map<String, Object>> upstreams) throws IOException {
    Files.writeString(
        folder.resolve("cleat.json"),
        Json.print(Map.of("mcpServers", new LinkedHashMap<>(upstreams))));
    return Child.serve(folder).initialized();
  }

  private List<String> pids() throws IOException {
    Path file = folder.resolve("pids");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private void awaitAllGone() throws Exception {
    for (String pid : pids()) {
      ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElse(null);
      if (process != null) {
        process.onExit().get(30, TimeUnit.SECONDS);
      }
    }
  }

  private void hold(Child gateway, int id, String upstream) throws IOException {
    String file = folder.resolve("let-go-" + upstream).toString();
    gateway.call(id, upstream + "__hold_on", Json.print(Map.of("file", file)));
    Map<?, ?> message = gateway.next();
    while (String.valueOf(message.get("method")).endsWith("/list_changed")) {
      message = gateway.next();
    }
    assertThat(message.get("method")).as("%s", message).isEqualTo("notifications/progress");
  }

  private void letGo(String upstream) throws IOException {
    Files.createFile(folder.resolve("let-go-" + upstream));
  }

  @ParameterizedTest
  @EnumSource(Stop.class)
  void scenario25CallsAreAnsweredAndNothingIsLeftWhateverTheUpstreamsDo(Stop stop)
      throws Exception {
    try (Child gateway = gateway(Map.of("polite", polite(), "stubborn", stubborn()))) {
      hold(gateway, 1, "polite");
      hold(gateway, 2, "stubborn");
      assertThat(pids()).hasSize(3);

      stop.stop(gateway);
      letGo("polite");
      assertThat(gateway.answer(1).toString()).contains("let go");
      letGo("stubborn");
      assertThat(gateway.answer(2).toString()).contains("let go");

      assertThat(gateway.awaitExit()).isZero();
    }
    awaitAllGone();
  }

  @Test
  void scenario25UpstreamsOfAKilledGatewayLeaveByThemselves() throws Exception {
    Child gateway = gateway(Map.of("polite", polite()));
    try {
      gateway.call(1, "polite__measure", "{}");
      assertThat(gateway.answer(1).toString()).contains("size 1");
      assertThat(pids()).hasSize(1);
    } finally {
      gateway.close();
    }
    assertThat(gateway.awaitExit()).isNotZero();
    awaitAllGone();
  }
}
