// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.stream.Collectors.joining;

import dev.cleat.ToolFailure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code ray} command of this machine, and how nodes are started with it.
 *
 * <p>What is started has of this JVM's environment what {@link NodeEnvironment} lets through; Ray's
 * own {@code bin} comes first on its {@code PATH}, because {@code python} in the entrypoint of a
 * job is looked up there.
 */
final class RayCommand {
  private final Optional<Path> configured;
  private final LocalCommands commands;
  private final List<String> passed;
  private final Map<String, String> variables;
  // In a session of its own a node hears nothing of the keys pressed where this JVM was started.
  private final Optional<Path> setsid;

  /**
   * @param configured the command, if it is not to be looked for on the {@code PATH}
   * @param passed names of variables that are handed on, too
   * @param variables more of the environment of all that is started
   */
  RayCommand(Optional<Path> configured, List<String> passed, Map<String, String> variables) {
    this.passed = List.copyOf(passed);
    this.configured = configured;
    this.commands = new LocalCommands(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    this.variables = Map.copyOf(variables);
    this.setsid = ProcessId.hasProc() ? commands.find(List.of("setsid")) : Optional.empty();
  }

  /**
   * The command.
   *
   * @throws ToolFailure when there is none
   */
  Path executable() {
    if (configured.isPresent()) {
      Path ray = configured.get().toAbsolutePath();
      if (Files.isRegularFile(ray) && Files.isExecutable(ray)) {
        return ray;
      }
      throw ToolFailure.unavailable(
          "There is no command " + ray + ".",
          "Set providers.ray.rayCommand to the `ray` of a virtual environment in which"
              + " \"ray[default]\" is installed.");
    }
    return commands
        .find(List.of("ray"))
        .orElseThrow(
            () ->
                ToolFailure.unavailable(
                    "There is no `ray` command on the PATH of this server.",
                    "Install it with pip install \"ray[default]\" in a virtual environment, and set"
                        + " providers.ray.rayCommand to its bin/ray."));
  }

  /** Starts a head; its output goes to a file. */
  Process head(ClusterRecord record, Ports ports, String host, NodeSpec spec, Path token)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--head"));
    arguments.add("--port=" + ports.gcs());
    arguments.add("--dashboard-host=" + host);
    arguments.add("--dashboard-port=" + ports.dashboard());
    arguments.add("--ray-client-server-port=" + ports.client());
    arguments.add("--include-dashboard=true");
    arguments.add("--temp-dir=" + LocalFiles.temporary(record));
    return node(record, 0, spec, arguments, token);
  }

  /** Starts a worker; its output goes to a file. */
  Process worker(ClusterRecord record, int number, NodeSpec spec, Path token) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add("--address=" + record.gcs().orElseThrow());
    return node(record, number, spec, arguments, token);
  }

  private Process node(
      ClusterRecord record, int number, NodeSpec spec, List<String> more, Path token)
      throws IOException {
    List<String> command = new ArrayList<>();
    setsid.ifPresent(path -> command.add(path.toString()));
    command.addAll(List.of(executable().toString(), "start", "--block"));
    command.addAll(more);
    command.add("--dashboard-agent-listen-port=0");
    // Else the nodes of all clusters pick from one range, blindly.
    command.add("--min-worker-port=0");
    command.add("--max-worker-port=0");
    command.add("--num-cpus=" + spec.numCpus());
    command.add("--num-gpus=" + spec.numGpus());
    command.add("--object-store-memory=" + spec.objectStoreBytes());
    command.add("--node-name=" + spec.nodeName().orElse(nameOf(record, number)));
    command.add("--disable-usage-stats");
    command.add("--log-style=record");
    command.add("--log-color=false");
    if (!spec.resources().isEmpty()) {
      command.add(
          "--resources="
              + new String(RayJson.write(Map.copyOf(spec.resources())), StandardCharsets.UTF_8));
    }
    if (!record.labels().isEmpty()) {
      command.add(
          "--labels="
              + record.labels().entrySet().stream()
                  .map(label -> label.getKey() + "=" + label.getValue())
                  .sorted()
                  .collect(joining(",")));
    }
    ProcessBuilder builder = builder(command, token);
    builder.environment().putAll(Marked.variables(record.directory(), number));
    builder.directory(record.directory().toFile());
    builder.redirectErrorStream(true).redirectOutput(LocalFiles.output(record, number).toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private static String nameOf(ClusterRecord record, int number) {
    return record.name() + (number == 0 ? "-head" : "-worker-" + number);
  }

  /** Any command of Ray about a cluster with that token. */
  ProcessBuilder about(List<String> arguments, Path token) {
    List<String> command = new ArrayList<>(List.of(executable().toString()));
    command.addAll(arguments);
    return builder(command, token);
  }

  private ProcessBuilder builder(List<String> command, Path token) {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    NodeEnvironment.restrict(environment, passed);
    // A job on the cluster may be left running for seconds by Ray otherwise, 30 of them.
    environment.put("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S", "0");
    environment.put("RAY_DASHBOARD_ENABLE_PROFILING", "1");
    environment.putAll(variables);
    environment.put("RAY_AUTH_MODE", "token");
    environment.put("RAY_AUTH_TOKEN_PATH", token.toString());
    String path = environment.getOrDefault("PATH", "");
    environment.put(
        "PATH", executable().getParent() + (path.isEmpty() ? "" : File.pathSeparator + path));
    return builder;
  }

  /**
   * The ports of a head; 0 leaves one to the kernel.
   *
   * @param client of the client server, which alone has to be told one
   */
  record Ports(int gcs, int dashboard, int client) {}
}
