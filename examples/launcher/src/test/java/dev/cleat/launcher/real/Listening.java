// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a process of its own that has said on which port it listens. */
final class Listening implements AutoCloseable {
  private static final long READY_SECONDS = 60;
  private static final long ENDED_SECONDS = 20;
  private static final Pattern PORT =
      Pattern.compile("(?:listening on |http://127\\.0\\.0\\.1:)(\\d+)");

  // Far more than a server says in a test; what is left over is read and dropped.
  private static final int MAX_LINES = 1_000;

  private final Process process;
  private final Thread reader;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final ReentrantLock heard = new ReentrantLock();
  private final Condition more = heard.newCondition();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final String path;

  private Listening(Process process, String path) {
    this.process = process;
    this.path = path;
    reader = new Thread(this::read, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a server and waits for its port.
   *
   * @param folder its working directory
   * @param path where it serves
   */
  static Listening start(
      Path folder, Map<String, String> environment, String path, List<String> command)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Listening server = new Listening(builder.start(), path);
    try {
      server.port.get(READY_SECONDS, TimeUnit.SECONDS);
      return server;
    } catch (TimeoutException e) {
      server.close();
      throw new AssertionError("It does not say its port: " + command + "\n" + server.said());
    }
  }

  int port() {
    return port.getNow(0);
  }

  /** Where it serves MCP. */
  String url() {
    return at(path);
  }

  /** Another address of the same server. */
  String at(String otherPath) {
    return "http://127.0.0.1:" + port() + otherPath;
  }

  /** All it has said so far, on stdout and stderr. */
  String said() {
    return String.join("\n", lines);
  }

  /** Waits for a line with that in it. */
  void awaitSaid(String text) throws InterruptedException {
    heard.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(ENDED_SECONDS);
      while (lines.stream().noneMatch(line -> line.contains(text))) {
        if (left <= 0) {
          throw new AssertionError("It does not say \"" + text + "\":\n" + said());
        }
        left = more.awaitNanos(left);
      }
    } finally {
      heard.unlock();
    }
  }

  /** Sends SIGTERM, and returns at once. */
  void terminate() {
    process.destroy();
  }

  /** Sends SIGKILL, and returns at once. */
  void kill() {
    process.destroyForcibly();
  }

  /** The exit code, once it has ended. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(ENDED_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("It does not end:\n" + said());
    }
    reader.join(TimeUnit.SECONDS.toMillis(ENDED_SECONDS));
    return process.exitValue();
  }

  /** Kills it and what it has started, if it has not ended. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
      reader.join(TimeUnit.SECONDS.toMillis(ENDED_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(String line) {
    heard.lock();
    try {
      if (lines.size() < MAX_LINES) {
        lines.add(line);
      }
      more.signalAll();
    } finally {
      heard.unlock();
    }
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        keep(line);
        Matcher found = PORT.matcher(line);
        if (found.find()) {
          port.complete(Integer.valueOf(found.group(1)));
        }
      }
    } catch (IOException killed) {
      // What it said before is there.
    }
    port.completeExceptionally(new AssertionError("It ended and said:\n" + said()));
  }
}
