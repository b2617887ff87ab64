// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.Providers;
import dev.cleat.spi.TransportProvider;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real child processes, from well-behaved to hostile. */
@ExtendWith(LeaksNothing.class)
@DisabledOnOs(OS.WINDOWS)
class ChildConnectionTest {
  private static final Limits LIMITS =
      Limits.builder()
          .connectTimeout(Duration.ofSeconds(60))
          .eraProbeTimeout(Duration.ofSeconds(30))
          .callTimeout(Duration.ofMinutes(2))
          .build();

  /** Far below any time limit, far above what a busy machine needs. */
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir private Path folder;
  private final List<McpClient> clients = new ArrayList<>();

  @AfterEach
  void closeAll() {
    clients.forEach(McpClient::close);
  }

  private Path ledger() {
    return folder.resolve("ledger");
  }

  private List<String> heard() throws Exception {
    return Files.readAllLines(ledger());
  }

  private ClientDefinition.Builder server(String mode) {
    return ClientDefinition.builder()
        .command(Path.of(System.getProperty("java.home"), "bin", "java").toString())
        .addArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx64m")
        .addArgs("-cp", classPath(), ScriptedServer.class.getName(), mode)
        .putEnv(ScriptedServer.LEDGER, ledger().toString());
  }

  /** Everything that this JVM runs on, whether it came by class path or by module path. */
  private static String classPath() {
    // Tests are patched into their module, so they are listed nowhere.
    String name = ScriptedServer.class.getName().replace('.', '/') + ".class";
    String url = String.valueOf(ScriptedServer.class.getResource("/" + name));
    Set<String> places = new LinkedHashSet<>();
    places.add(Path.of(URI.create(url.substring(0, url.length() - name.length()))).toString());
    ModuleLayer.boot().configuration().modules().stream()
        .flatMap(module -> module.reference().location().stream())
        .filter(uri -> uri.getScheme().equals("file"))
        .forEach(uri -> places.add(Path.of(uri).toString()));
    String given = System.getProperty("java.class.path");
    return String.join(File.pathSeparator, places) + File.pathSeparator + given;
  }

  private McpClient connect(String mode) {
    return connect(server(mode).build(), LIMITS);
  }

  private McpClient connect(ClientDefinition definition, Limits limits) {
    CommandTransport transport = new CommandTransport();
    McpClient client = McpClient.connect(() -> transport.open("child", definition, limits), limits);
    clients.add(client);
    return client;
  }

  private static String call(McpClient client, String tool) {
    return client.callTool(ToolCall.of(tool, Map.of())).text();
  }

  private static Future<Throwable> failing(McpClient client, String tool) {
    FutureTask<Throwable> task = new FutureTask<>(() -> catchThrowable(() -> call(client, tool)));
    Thread thread = new Thread(task, "caller");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static void assertGone(long pid) throws IOException {
    // Dead, or dead and not yet buried by the first process.
    Path command = Path.of("/proc", Long.toString(pid), "cmdline");
    long deadline = System.nanoTime() + SOON.toNanos();
    while (ProcessHandle.of(pid).isPresent()
        && !(Files.exists(command) && Files.readAllBytes(command).length == 0)) {
      assertThat(System.nanoTime()).as("waits for %s to end", pid).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static Duration timeOf(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void awaitLedger(String line) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!heard().contains(line)) {
      assertThat(System.nanoTime()).as("waits for %s in %s", line, heard()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private long pid() throws Exception {
    return Long.parseLong(heard().get(0).substring("start ".length()));
  }

  private static String lastStart(List<String> heard) {
    return heard.stream()
        .filter(line -> line.startsWith("start "))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

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
  void aChildThatDiesInACallEndsItAtOnceWithItsExitCodeAndLastWords() {
    McpClient client = connect("old");

    Duration took =
        timeOf(
            () ->
                assertThatThrownBy(() -> call(client, "die"))
                    .isInstanceOfSatisfying(
                        McpException.OutcomeUnknown.class,
                        e -> assertThat(e.mayHaveExecuted()).isTrue())
                    .hasMessageContaining("exited with code 3")
                    .hasMessageContaining("something broke\nlast words"));
    assertThat(took).isLessThan(SOON);

    assertThat(
            timeOf(
                () ->
                    assertThatThrownBy(() -> call(client, "echo"))
                        .isInstanceOf(McpException.NotSent.class)
                        .hasMessageContaining("exited with code 3")))
        .isLessThan(SOON);
    assertThat(client.ended()).isDone();
  }

  @Test
  void aChildThatDiesEndsAllCallsThatWait() throws Exception {
    McpClient client = connect("old");
    List<Future<Throwable>> hanging = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      hanging.add(failing(client, "hang"));
    }
    for (int i = 0; i < 5; i++) {
      awaitLedger("hangs");
    }

    ProcessHandle.of(pid()).orElseThrow().destroyForcibly();

    for (Future<Throwable> call : hanging) {
      assertThat(call.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
          .isInstanceOf(McpException.class)
          .hasMessageContaining("exited with code 137");
    }
  }

  @Test
  void halfALineBeforeTheExitIsNoAnswer() {
    McpClient client = connect("old");

    assertThatThrownBy(() -> call(client, "half"))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("exited with code 4");
  }

  @Test
  void aChildThatClosesItsOutputIsOverThoughItLives() throws Exception {
    McpClient client = connect("old");

    assertThatThrownBy(() -> call(client, "close stdout"))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("closed its output");
    client.close();

    assertGone(pid());
  }

  @Test
  void junkLinesAreSkipped() {
    McpClient client = connect("old");

    assertThat(call(client, "junk")).isEqualTo("after the junk");
    assertThat(call(client, "echo")).isEqualTo("echo");
  }

  @Test
  void neitherAClosedNorAFloodedErrorOutputHarmsTheConnection() {
    McpClient client = connect("old");

    assertThat(call(client, "flood stderr")).isEqualTo("said a lot");
    assertThat(call(client, "close stderr")).isEqualTo("stderr is closed");
    assertThat(call(client, "echo")).isEqualTo("echo");
    assertThatThrownBy(() -> call(client, "half"))
        .hasMessageContaining("the flood is over")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(30_000));
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
  void anOldServerIsInitialisedInTheSameProcess() throws Exception {
    McpClient client = connect("old");

    assertThat(client.peer().name()).isEqualTo("scripted");
    assertThat(client.peer().protocolVersion()).isEqualTo("2025-06-18");
    call(client, "echo");
    assertThat(heard()).filteredOn(line -> line.startsWith("start")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"older", "leaver"})
  void aServerThatExitsOverTheFirstQuestionIsStartedAgain(String mode) throws Exception {
    McpClient client = connect(mode);

    assertThat(client.peer().protocolVersion()).isEqualTo("2025-06-18");
    assertThat(call(client, "echo")).isEqualTo("echo");
    List<String> heard = heard();
    assertThat(heard).filteredOn(line -> line.startsWith("start")).hasSize(2);
    int second = heard.lastIndexOf(lastStart(heard));
    assertThat(heard.get(second + 1)).contains("initialize");
  }

  @Test
  void aServerOfTheNewestEraAloneIsNeverInitialised() throws Exception {
    McpClient client = connect("newest");

    assertThat(client.peer().protocolVersion()).isEqualTo("2026-07-28");
    assertThat(call(client, "echo")).isEqualTo("echo");
    assertThat(heard()).noneMatch(line -> line.contains("initialize"));
  }

  @Test
  void aServerThatCannotStartIsNotConnectedAndSaysWhy() {
    assertThatThrownBy(() -> connect("broken"))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("exited with code 5")
        .hasMessageContaining("cannot open the database");
  }

  @Test
  void aCommandThatCannotBeStartedIsNamed() {
    assertThatThrownBy(() -> connect(ClientDefinition.command("no-such-command-here"), LIMITS))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("\"no-such-command-here\" could not be started")
        .hasMessageContaining("on the PATH?");
    assertThatThrownBy(() -> connect(server("api").cwd(folder.resolve("nowhere")).build(), LIMITS))
        .isInstanceOf(McpException.ConnectFailed.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void anEnvironmentThatNoProcessCanGetIsRefusedWithoutShowingIt() {
    assertThatThrownBy(() -> connect(server("api").putEnv("TOKEN", "s3cret\u0000").build(), LIMITS))
        .isInstanceOf(McpException.ConnectFailed.class)
        .satisfies(e -> assertThat(String.valueOf(e)).doesNotContain("s3cret"))
        .hasNoCause();
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
  void aChildThatIgnoresTheEndOfItsInputAndTermIsKilledInTime() throws Exception {
    Limits brief = Limits.builder().from(LIMITS).childGrace(Duration.ofMillis(300)).build();
    McpClient client = connect(server("stubborn").build(), brief);
    long pid = pid();

    Duration took = timeOf(client::close);
    Duration again = timeOf(client::close);

    assertThat(took).isLessThan(SOON);
    assertThat(again).isLessThan(SOON);
    assertThat(heard()).contains("ignores the end of input");
    assertGone(pid);
  }

  @Test
  void aGrandchildDoesNotOutliveTheConnection() throws Exception {
    McpClient client = connect("old");
    long grandchild = Long.parseLong(call(client, "spawn"));
    assertThat(ProcessHandle.of(grandchild)).isPresent();

    client.close();

    assertGone(grandchild);
    assertGone(pid());
  }

  @Test
  @DisabledOnOs(value = OS.MAC, disabledReason = "needs /proc to find an orphan")
  void aGrandchildWhoseParentDiedIsFoundAndEndedToo() throws Exception {
    McpClient client = connect("old");
    long grandchild = Long.parseLong(call(client, "spawn"));
    assertThatThrownBy(() -> call(client, "die"))
        .as("though the grandchild holds the output open")
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("exited with code 3");

    client.close();

    assertGone(grandchild);
  }

  @Test
  void aChildThatReadsNothingBlocksNoSenderForeverAndIsClosedInTime() throws Exception {
    Limits brief =
        Limits.builder()
            .from(LIMITS)
            .childGrace(Duration.ofMillis(300))
            .callTimeout(Duration.ofMillis(400))
            .build();
    McpClient client = connect(server("deaf").build(), brief);
    String large = "x".repeat(1 << 20);

    Throwable first =
        catchThrowable(() -> client.callTool(ToolCall.of("echo", Map.of("text", large))));
    Throwable second = catchThrowable(() -> call(client, "echo"));
    Duration took = timeOf(client::close);

    assertThat(first)
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue());
    assertThat(second)
        .isInstanceOfSatisfying(
            McpException.TimedOut.class,
            e -> assertThat(e.mayHaveExecuted()).as("it waited behind the first").isFalse());
    assertThat(took).isLessThan(SOON);
    assertGone(pid());
  }

  @Test
  void closingEndsTheCallsThatWait() throws Exception {
    McpClient client = connect("old");
    Future<Throwable> hanging = failing(client, "hang");
    awaitLedger("hangs");

    client.close();

    assertThat(hanging.get(SOON.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(McpException.OutcomeUnknown.class);
    assertThatThrownBy(() -> call(client, "echo")).isInstanceOf(McpException.NotSent.class);
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
