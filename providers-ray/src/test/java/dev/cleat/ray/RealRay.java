// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One real Ray head as a child of this JVM, on ports that the kernel picks. Ray comes from a
 * virtual environment that {@code src/test/ray/ray-venv.sh} makes on first use, which needs a
 * Python and a package index.
 */
final class RealRay implements AutoCloseable {
  private static final Duration INSTALL = Duration.ofMinutes(10);
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(15);
  private static final Duration GONE = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 3;
  private static final Pattern ADDRESS = Pattern.compile("RAY_API_SERVER_ADDRESS='(http://[^']+)'");

  private final Path directory;
  private final Process head;
  private final String dashboard;

  private RealRay(Path directory, Process head, String dashboard) {
    this.directory = directory;
    this.head = head;
    this.dashboard = dashboard;
  }

  /** Starts a head with two CPUs and no GPU, and waits until it is up. */
  static RealRay start() throws Exception {
    return start(Map.of());
  }

  /** The same with more in its environment. */
  static RealRay start(Map<String, String> more) throws Exception {
    return start(command(), more);
  }

  /** The same with Ray Serve. */
  static RealRay startWithServe() throws Exception {
    return start(command("default,serve"), Map.of());
  }

  private static RealRay start(Path ray, Map<String, String> more) throws Exception {
    AssertionError last = new AssertionError("not tried");
    // Only the port of the client server cannot be left to the kernel, so it may be taken
    // meanwhile.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Path directory = Files.createTempDirectory("cr");
      Process head = spawn(ray, directory, more);
      try {
        return new RealRay(directory, head, awaitStart(head, directory));
      } catch (AssertionError e) {
        last = e;
        end(head);
        delete(directory);
      }
    }
    throw last;
  }

  String dashboard() {
    return dashboard;
  }

  /** A file of {@code src/test/ray}. */
  static Path file(String name) {
    return Path.of(System.getProperty("basedir", "."))
        .resolve("src/test/ray")
        .resolve(name)
        .toAbsolutePath();
  }

  /** Ends it, and throws when any process of it is left. */
  @Override
  public void close() throws IOException {
    if (Files.exists(directory)) {
      end(head);
      Stream<ProcessHandle> ours = ProcessHandle.allProcesses().filter(this::isOurs);
      List<Long> left = ours.map(ProcessHandle::pid).toList();
      delete(directory);
      if (!left.isEmpty()) {
        throw new AssertionError("Processes of the head are left: " + left);
      }
    }
  }

  private boolean isOurs(ProcessHandle process) {
    try {
      String arguments =
          Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "cmdline"),
              StandardCharsets.ISO_8859_1);
      return arguments.contains(directory.toString());
    } catch (IOException e) {
      return false;
    }
  }

  /** The {@code ray} command, installed on first use. */
  static Path command() throws Exception {
    return command("default");
  }

  private static Path command(String extras) throws Exception {
    Path errors = Files.createTempFile("ray-venv", ".log");
    ProcessBuilder builder =
        new ProcessBuilder("bash", file("ray-venv.sh").toString()).redirectError(errors.toFile());
    builder.environment().put("CLEAT_RAY_EXTRAS", extras);
    Process script = builder.start();
    String printed = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!script.waitFor(INSTALL.toSeconds(), TimeUnit.SECONDS) || script.exitValue() != 0) {
      script.destroyForcibly();
      throw new AssertionError(
          "These tests need a real Ray, and it could not be installed:\n"
              + Files.readString(errors));
    }
    Files.delete(errors);
    return Path.of(printed.strip());
  }

  private static Process spawn(Path ray, Path directory, Map<String, String> more)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of(ray.toString(), "start", "--head", "--block", "--port=0"));
    command.addAll(List.of("--dashboard-host=127.0.0.1", "--dashboard-port=0"));
    command.addAll(List.of("--dashboard-agent-listen-port=0", "--include-dashboard=true"));
    command.addAll(List.of("--num-cpus=2", "--num-gpus=0", "--object-store-memory=100000000"));
    command.addAll(List.of("--disable-usage-stats", "--log-style=record", "--log-color=false"));
    command.add("--ray-client-server-port=" + freePort());
    command.add("--temp-dir=" + directory.resolve("t"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("PATH", ray.getParent() + ":" + environment.getOrDefault("PATH", ""));
    environment.put("RAY_AUTH_MODE", "disabled");
    environment.put("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S", "0");
    environment.put("RAY_JOB_START_TIMEOUT_SECONDS", "20");
    environment.remove("RAY_ADDRESS");
    environment.putAll(more);
    return builder.redirectOutput(output(directory).toFile()).start();
  }

  private static String awaitStart(Process head, Path directory) throws Exception {
    String printed =
        Eventually.see(
            START,
            () -> Files.readString(output(directory)),
            text -> text.contains("block forever") || !head.isAlive());
    Matcher address = ADDRESS.matcher(printed);
    if (head.isAlive() && address.find()) {
      return address.group(1);
    }
    throw new AssertionError("Ray did not start:\n" + printed);
  }

  private static void end(Process head) {
    List<ProcessHandle> tree =
        Stream.concat(head.descendants(), Stream.of(head.toHandle())).toList();
    head.destroy();
    try {
      if (!head.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        head.destroyForcibly();
      }
      tree.forEach(ProcessHandle::destroyForcibly);
      Eventually.see(
          GONE, () -> tree.stream().filter(RealRay::runs).count(), running -> running == 0);
    } catch (Exception e) {
      throw new AssertionError("The head could not be ended", e);
    }
  }

  // Where nobody reaps orphans at once they are dead, and still listed.
  private static boolean runs(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return process.isAlive() && stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Path output(Path directory) {
    return directory.resolve("head.log");
  }

  private static void delete(Path directory) throws IOException {
    Optional<IOException> failure = Optional.empty();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      failure = Optional.of(e.getCause());
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }
}
