// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of a gibibyte, read by a process whose whole heap is 64 MiB. */
class BigLogTest {
  private static final long BYTES = 1L << 30;
  private static final int LINE_BYTES = 64;
  private static final long LINES = BYTES / LINE_BYTES;
  private static final long DEADLINE_SECONDS = 300;

  @TempDir private Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.setExecutor(threads);
    json("/api/version", ScriptedDashboard.VERSION);
    json("/api/jobs/lines", ScriptedDashboard.jobJson("lines", "RUNNING", 1));
    json("/api/jobs/wide", ScriptedDashboard.jobJson("wide", "SUCCEEDED", 1));
    server.createContext("/api/v0/logs/file", BigLogTest::log);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void itsLastPageIsAnswered() throws Exception {
    long pages = LINES / 1000 + 1;

    String answer = child("retrieve_logs", "identifier", "lines", "page", pages, "page_size", 1000);

    assertThat(answer).contains(line(LINES - 1), "lines_read=" + LINES);
  }

  @Test
  void ofAnEarlyPageOnlyTheBeginningIsRead() throws Exception {
    String answer = child("retrieve_logs", "identifier", "lines", "page", 2, "page_size", 10);

    assertThat(answer).contains(line(10), line(19), "next_page=3").doesNotContain(line(20));
  }

  @Test
  void oneLineOfAGibibyteIsCut() throws Exception {
    String answer = child("retrieve_logs", "identifier", "wide", "page", 1);

    long missing = BYTES - Bounds.LINE_BYTES;
    assertThat(answer).contains("… [" + missing + " more bytes in this line]", "lines_read=1");
  }

  @Test
  void itIsFollowedFromItsEnd() throws Exception {
    String answer = child("follow_ray_job", "job_id", "lines", "wait_seconds", 0);

    assertThat(answer).contains(line(LINES - 1), "skipped_lines=" + (LINES - 100));
  }

  /** The process with the small heap: calls a tool and prints its answer. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      Map<String, Object> arguments = new java.util.HashMap<>();
      if (args[1].equals("retrieve_logs")) {
        arguments.put("max_size_mb", 2048);
      }
      for (int i = 2; i < args.length; i += 2) {
        boolean number = args[i + 1].matches("\\d+");
        arguments.put(args[i], number ? Integer.valueOf(args[i + 1]) : args[i + 1]);
      }
      try (OpenTools tools = OpenTools.at(args[0])) {
        System.out.println(tools.answer(args[1], arguments));
      }
    }
  }

  private String child(String tool, Object... arguments) throws Exception {
    Path output = directory.resolve("output");
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                "http://127.0.0.1:" + server.getAddress().getPort(),
                tool));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output);
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }

  private void json(String path, String body) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }

  // Made while it is sent: nowhere is it whole.
  private static void log(HttpExchange exchange) throws IOException {
    boolean wide = exchange.getRequestURI().getRawQuery().contains("job-driver-wide");
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      byte[] chunk = new byte[LINE_BYTES * 1024];
      java.util.Arrays.fill(chunk, (byte) 'x');
      for (long sent = 0; sent < BYTES; sent += chunk.length) {
        for (int at = 0; !wide && at < chunk.length; at += LINE_BYTES) {
          number(chunk, at, (sent + at) / LINE_BYTES);
        }
        out.write(chunk);
      }
    } catch (IOException e) {
      // Who has enough hangs up.
    }
  }

  private static void number(byte[] chunk, int at, long number) {
    long rest = number;
    for (int digit = 9; digit >= 0; digit--) {
      chunk[at + digit] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    chunk[at + LINE_BYTES - 1] = '\n';
  }

  private static String line(long number) {
    return String.format(Locale.ROOT, "%010d", number) + "x".repeat(LINE_BYTES - 11);
  }
}
