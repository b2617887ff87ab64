// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A {@code ray} command that does what a test wants, call by call: else it says that it has
 * started, is alive on a scripted dashboard, and goes when it is asked to.
 */
final class FakeRay implements AutoCloseable {
  private static final String SCRIPT =
      """
      #!/bin/sh
      here='%s'
      kind=worker
      for argument in "$@"; do
        case $argument in
          --head) kind=head ;;
          --ray-client-server-port=*) client=${argument#*=} ;;
        esac
      done
      echo "$*" >> "$here/calls"
      call=$(wc -l < "$here/calls")
      env > "$here/env-$call"
      if [ -f "$here/plan-$call" ]; then . "$here/plan-$call"; fi
      echo "  RAY_API_SERVER_ADDRESS='%s' ray job submit --working-dir . -- python my_script.py"
      echo "  ray start --address='127.0.0.1:6379'"
      echo $kind > "$here/alive/$$"
      trap 'rm -f "$here/alive/$$"; exit 1' TERM
      echo 'This command will now block forever until terminated by a signal.'
      while :; do sleep 0.2 & wait $!; done
      """;

  private final Path directory;
  private final ScriptedDashboard dashboard = new ScriptedDashboard();

  FakeRay(Path directory) throws IOException {
    this(directory, Optional.empty());
  }

  /**
   * @param address where the head says that its dashboard is; at the scripted one if left out
   */
  FakeRay(Path directory, Optional<String> address) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("alive"));
    Files.writeString(command(), SCRIPT.formatted(directory, address.orElse(dashboard.url())));
    Files.setPosixFilePermissions(command(), PosixFilePermissions.fromString("rwx------"));
    dashboard.on("GET /api/v0/nodes", asked -> ScriptedDashboard.Reply.json(nodes()));
    dashboard.on("GET /api/v0/actors", ScriptedDashboard.rows());
    busy();
  }

  Path command() {
    return directory.resolve("ray");
  }

  ScriptedDashboard dashboard() {
    return dashboard;
  }

  /** What that call does before it would say that it has started; calls count from 1. */
  FakeRay plan(int call, String shell) throws IOException {
    Files.writeString(directory.resolve("plan-" + call), shell);
    return this;
  }

  /** These nodes use CPUs, and no others. */
  FakeRay busy(String... nodeIds) {
    String usage =
        Stream.of(nodeIds)
            .map(id -> "\"" + id + "\":{\"CPU\":[1.0,1.0],\"objectStoreMemory\":[5.0,9.0]}")
            .collect(joining(","));
    dashboard.on(
        "GET /api/cluster_status",
        "{\"data\":{\"clusterStatus\":{\"loadMetricsReport\":{\"usageByNode\":{" + usage + "}}}}}");
    return this;
  }

  /** The arguments of each call so far. */
  List<String> calls() throws IOException {
    Path calls = directory.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  /** The environment of one call. */
  List<String> environment(int call) throws IOException {
    return Files.readAllLines(directory.resolve("env-" + call));
  }

  /** The processes that say that they are alive. */
  List<Long> alive() {
    try (Stream<Path> files = Files.list(directory.resolve("alive"))) {
      return files.map(file -> Long.parseLong(file.getFileName().toString())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String nodes() throws IOException {
    List<String> rows = new ArrayList<>();
    for (long pid : alive()) {
      Path file = directory.resolve("alive").resolve(Long.toString(pid));
      boolean runs = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
      if (runs && Files.exists(file)) {
        rows.add(
            "{\"node_id\":\"node-%d\",\"is_head_node\":%s,\"state\":\"ALIVE\",\"resources_total\":{\"CPU\":1.0}}"
                .formatted(pid, Files.readString(file).startsWith("head")));
      }
    }
    return ScriptedDashboard.rows(rows.toArray(String[]::new));
  }

  @Override
  public void close() {
    dashboard.close();
  }
}
