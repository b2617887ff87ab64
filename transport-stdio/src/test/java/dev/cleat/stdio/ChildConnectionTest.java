// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cleat.Json;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Providers;
import dev.cleat.spi.TransportProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A child that behaves, and calls of it. */
@DisabledOnOs(OS.WINDOWS)
class ChildConnectionTest extends ChildProcesses {
  @Test
  void aServerOnOurOwnApiAnswersInTheNewerEraAndLeavesWhenItsInputEnds() throws Exception {
    McpClient client = connect("api");

    assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
    assertThat(client.listTools()).extracting(Tool::name).contains("echo", "environment");
    assertThat(client.callTool(ToolCall.of("echo", Map.of("a", 1))).text()).isEqualTo("{\"a\":1}");
    client.close();

    assertThat(heard()).endsWith("end of input");
    assertGone(pid());
  }

  @Test
  void textIsUtf8WhateverTheLocaleOfTheChild() {
    ClientDefinition definition = server("api").putEnv("LC_ALL", "C").putEnv("LANG", "C").build();
    String text = "žluťoučký kůň, 漢字, \ud83d\ude00";

    ToolResult echo =
        connect(definition, LIMITS).callTool(ToolCall.of("echo", Map.of("text", text)));

    assertThat(echo.text()).isEqualTo(Json.print(Map.of("text", text)));
  }

  @Test
  void whatAToolPrintsReachesTheErrorOutputAndNotTheWire() {
    McpClient client = connect("api");

    assertThat(call(client, "print")).as("and its System.in is empty").isEqualTo("in: -1");
    assertThat(call(client, "echo")).isEqualTo("{}");
  }

  @Test
  void theChildSeesTheSafeVariablesAndTheConfiguredOnesAndNoOther() {
    ClientDefinition definition =
        server("api").putEnv("CONFIGURED", "yes").putEnv("TZ", "Etc/UTC").build();

    ToolResult result = connect(definition, LIMITS).callTool(ToolCall.of("environment", Map.of()));
    Map<?, ?> seen = (Map<?, ?>) ((ToolResult.Success) result).structured().orElseThrow();

    assertThat(seen.get("CONFIGURED")).isEqualTo("yes");
    assertThat(seen.get("TZ")).isEqualTo("Etc/UTC");
    assertThat(seen.get("PATH")).isEqualTo(System.getenv("PATH"));
    assertThat(seen.keySet().stream().map(String::valueOf).collect(Collectors.toSet()))
        .isSubsetOf(
            "HOME",
            "LOGNAME",
            "PATH",
            "SHELL",
            "TERM",
            "USER",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TMPDIR",
            "TZ",
            "CONFIGURED",
            "CLEAT_CHILD",
            ScriptedServer.LEDGER);
  }

  @Test
  void aTimeOutTellsTheChildOnceAndTheConnectionGoesOn() throws Exception {
    McpClient client = connect("old");

    assertThatThrownBy(
            () -> client.callTool(ToolCall.of("hang", Map.of()).withTimeout(Duration.ofMillis(50))))
        .isInstanceOf(McpException.TimedOut.class);
    assertThat(call(client, "echo")).isEqualTo("echo");

    assertThat(heard()).filteredOn(line -> line.contains("notifications/cancelled")).hasSize(1);
  }

  @Test
  void anInterruptOfTheCallerInterruptsTheHandlerInTheChild() throws Exception {
    McpClient client = connect("api");
    FutureTask<Throwable> task = new FutureTask<>(() -> catchThrowable(() -> call(client, "hang")));
    Thread caller = new Thread(task, "caller");
    caller.start();
    awaitLedger("hangs");

    caller.interrupt();

    assertThat(task.get(20, TimeUnit.SECONDS)).isInstanceOf(McpException.Cancelled.class);
    awaitLedger("interrupted");
    assertThat(call(client, "echo")).isEqualTo("{}");
  }

  @Test
  void aChildRunsInItsWorkingDirectory() throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));
    ClientDefinition definition =
        server("old").cwd(work).putEnv(ScriptedServer.LEDGER, "here").build();

    assertThat(call(connect(definition, LIMITS), "echo")).isEqualTo("echo");

    assertThat(work.resolve("here")).isNotEmptyFile();
  }

  @Test
  void manyThreadsShareOneChildAndEachGetsItsOwnAnswers() throws Exception {
    McpClient client = connect("api");
    List<FutureTask<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int thread = i;
      tasks.add(
          new FutureTask<>(
              () -> {
                for (int n = 0; n < 200; n++) {
                  Map<String, Object> arguments = Map.of("n", thread * 1_000 + n);
                  String answer = client.callTool(ToolCall.of("echo", arguments)).text();
                  if (!answer.equals(Json.print(arguments))) {
                    throw new AssertionError(answer);
                  }
                }
                return true;
              }));
    }
    tasks.forEach(task -> new Thread(task, "caller").start());

    for (FutureTask<Boolean> task : tasks) {
      assertThat(task.get(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void theTransportIsFoundAsAService() {
    Map<String, TransportProvider> found =
        Providers.ofTransports(CommandTransport.class.getClassLoader()).found();

    assertThat(found.get("stdio")).isInstanceOf(CommandTransport.class);
    assertThat(
            Stream.of(ClientDefinition.command("x"), ClientDefinition.url("http://x"))
                .map(found.get("stdio")::handles))
        .containsExactly(true, false);
  }
}
