// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cleat.Limits;
import dev.cleat.ToolCall;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ClientDefinition;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients of real child processes, and what those have noted down. */
@ExtendWith(LeaksNothing.class)
abstract class ChildProcesses {
  static final Limits LIMITS =
      Limits.builder()
          .connectTimeout(Duration.ofSeconds(60))
          .eraProbeTimeout(Duration.ofSeconds(30))
          .callTimeout(Duration.ofMinutes(2))
          .build();

  /** Far below any time limit, far above what a busy machine needs. */
  static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path folder;

  private final List<McpClient> clients = new ArrayList<>();

  @AfterEach
  void closeAll() {
    clients.forEach(McpClient::close);
  }

  private Path ledger() {
    return folder.resolve("ledger");
  }

  List<String> heard() throws Exception {
    return Files.readAllLines(ledger());
  }

  ClientDefinition.Builder server(String mode) {
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

  McpClient connect(String mode) {
    return connect(server(mode).build(), LIMITS);
  }

  McpClient connect(ClientDefinition definition, Limits limits) {
    CommandTransport transport = new CommandTransport();
    McpClient client = McpClient.connect(() -> transport.open("child", definition, limits), limits);
    clients.add(client);
    return client;
  }

  static String call(McpClient client, String tool) {
    return client.callTool(ToolCall.of(tool, Map.of())).text();
  }

  static Future<Throwable> failing(McpClient client, String tool) {
    FutureTask<Throwable> task = new FutureTask<>(() -> catchThrowable(() -> call(client, tool)));
    Thread thread = new Thread(task, "caller");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  static void assertGone(long pid) throws IOException {
    // Dead, or dead and not yet buried by the first process.
    Path command = Path.of("/proc", Long.toString(pid), "cmdline");
    long deadline = System.nanoTime() + SOON.toNanos();
    while (ProcessHandle.of(pid).isPresent()
        && !(Files.exists(command) && Files.readAllBytes(command).length == 0)) {
      assertThat(System.nanoTime()).as("waits for %s to end", pid).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  static Duration timeOf(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  void awaitLedger(String line) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!heard().contains(line)) {
      assertThat(System.nanoTime()).as("waits for %s in %s", line, heard()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  long pid() throws Exception {
    return Long.parseLong(heard().get(0).substring("start ".length()));
  }
}
