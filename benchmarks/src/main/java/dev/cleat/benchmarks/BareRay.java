// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A head that is started as a person would, without Cleat. */
final class BareRay {
  private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final Pattern ADDRESS = Pattern.compile("RAY_API_SERVER_ADDRESS='(http://[^']+)'");

  private BareRay() {}

  /** Nanoseconds until it says that it is up and a node is alive; it is ended then. */
  static long timeToReady(Path ray) throws Exception {
    Path directory = Files.createTempDirectory("br");
    long begun = System.nanoTime();
    Process head = spawn(ray, directory);
    try {
      while (!isReady(Files.readString(directory.resolve("log")))) {
        if (!head.isAlive() || System.nanoTime() - begun > LIMIT_NANOS) {
          throw new IllegalStateException(
              "Ray did not start: " + Files.readString(directory.resolve("log")));
        }
        Thread.sleep(50);
      }
      return System.nanoTime() - begun;
    } finally {
      List<ProcessHandle> tree = head.descendants().toList();
      head.destroy();
      if (!head.waitFor(15, TimeUnit.SECONDS)) {
        head.destroyForcibly().waitFor();
      }
      tree.forEach(ProcessHandle::destroyForcibly);
      delete(directory);
    }
  }

  private static Process spawn(Path ray, Path directory) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                ray.toString(),
                "start",
                "--head",
                "--block",
                "--port=0",
                "--dashboard-host=127.0.0.1",
                "--dashboard-port=0",
                "--dashboard-agent-listen-port=0",
                "--ray-client-server-port=" + freePort(),
                "--num-cpus=1",
                "--num-gpus=0",
                "--object-store-memory=100000000",
                "--include-dashboard=true",
                "--disable-usage-stats",
                "--temp-dir=" + directory.resolve("t"),
                "--log-style=record",
                "--log-color=false")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    Map<String, String> environment = builder.environment();
    environment.put("PATH", ray.getParent() + ":" + environment.getOrDefault("PATH", ""));
    environment.put("RAY_AUTH_MODE", "disabled");
    environment.put("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S", "0");
    environment.remove("RAY_ADDRESS");
    return builder.start();
  }

  private static boolean isReady(String printed) throws InterruptedException {
    Matcher address = ADDRESS.matcher(printed);
    if (!printed.contains("block forever") || !address.find()) {
      return false;
    }
    HttpRequest nodes =
        HttpRequest.newBuilder(URI.create(address.group(1) + "/api/v0/nodes")).build();
    try {
      String answer = HttpClient.newHttpClient().send(nodes, BodyHandlers.ofString()).body();
      return answer.contains("\"ALIVE\"");
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
