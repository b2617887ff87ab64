// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code cleat serve} in a JVM of its own, with its wire in the hands of the test. */
final class Child implements AutoCloseable {
  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  private Child(Process process) {
    this.process = process;
    in = process.outputWriter(StandardCharsets.UTF_8);
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static Child serve(Path folder, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Cleat.class.getName(), "serve"));
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("XDG_CONFIG_HOME", folder.toString());
    builder.redirectError(folder.resolve("stderr").toFile());
    return new Child(builder.start());
  }

  Child initialized() throws IOException {
    request(
        0,
        "initialize",
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
            + "\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}");
    answer(0);
    say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    return this;
  }

  void say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  void request(int id, String method, String params) throws IOException {
    say(
        "{\"jsonrpc\":\"2.0\",\"id\":"
            + id
            + ",\"method\":\""
            + method
            + "\",\"params\":"
            + params
            + "}");
  }

  void call(int id, String tool, String arguments) throws IOException {
    request(
        id,
        "tools/call",
        "{\"name\":\""
            + tool
            + "\",\"arguments\":"
            + arguments
            + ",\"_meta\":{\"progressToken\":"
            + id
            + "}}");
  }

  /** The next line of what it prints, when it serves over HTTP. */
  String line() throws IOException {
    return String.valueOf(out.readLine());
  }

  /** The next message. */
  Map<?, ?> next() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IOException("The server closed its output");
    }
    return (Map<?, ?>) Json.parse(line);
  }

  /** The answer to a request; what comes before is skipped. */
  Map<?, ?> answer(int id) throws IOException {
    Map<?, ?> message = next();
    while (!Long.valueOf(id).equals(message.get("id"))) {
      message = next();
    }
    return message;
  }

  void closeInput() throws IOException {
    in.close();
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Whether this process was started to ignore SIGHUP, which its children then do as well. */
  static boolean inheritsDeafnessToHangups() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    // The lowest bit is signal 1.
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Integer.parseInt(line.substring(line.length() - 1), 16) & 1) == 1);
  }

  /** Sends SIGHUP. */
  void hangUp() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("The server does not end");
    }
    return process.exitValue();
  }

  /** Whether it has said all. */
  boolean isSilent() throws IOException {
    return out.readLine() == null;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
