// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Limits;
import dev.cleat.mcp.McpServer;
import dev.cleat.mcp.Version;
import dev.cleat.spi.Connection;
import dev.cleat.stdio.Stdio;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cleat serve}: what an agent starts. Ends with its client, or with SIGTERM. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serves the tools over MCP, on stdin and stdout. Only reading ones unless told.")
final class ServeCommand implements Callable<Integer> {
  private final Host host;

  @Mixin private final CommonOptions options = new CommonOptions();
  @Mixin private final AccessOptions allowed = new AccessOptions();

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      description = "over HTTP instead (not in this version)")
  private Optional<String> http = Optional.empty();

  ServeCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (http.isPresent()) {
      host.tell("--http is not in this version yet; leave it out to serve over stdin and stdout.");
      return Cleat.USAGE;
    }
    try (Launch launch = Launch.open(host, options);
        McpServer server = server(launch)) {
      Optional<Thread> hook =
          host.isProcess() ? Optional.of(endWith(server, launch)) : Optional.empty();
      // The wire is taken first: from here on nothing stray reaches stdout.
      Connection wire =
          host.isProcess() ? Stdio.standard() : Stdio.of(host.in(), host.out(), Limits.defaults());
      if (host.terminals().in()) {
        host.tell("serving MCP on stdin and stdout, for an agent to talk to. Ctrl-D ends it.");
      }
      launch.upstreams().start((upstream, reason) -> host.tell(reason));
      try {
        server.serve(wire);
      } finally {
        hook.ifPresent(ServeCommand::forget);
      }
      return 0;
    }
  }

  private McpServer server(Launch launch) {
    return McpServer.builder()
        .name("cleat", Version.CURRENT)
        .instructions(Instructions.of(launch.plugins(), launch.config(), allowed.access()))
        .access(allowed.access())
        .assumeYes(allowed.yes())
        .tools(new SettledTools(launch.registry().asToolSet(), launch.upstreams()))
        .build();
  }

  /**
   * On SIGTERM and SIGINT: answers what is running, closes everything, and ends with 0, because
   * that is how a server is meant to be ended.
   */
  private static Thread endWith(McpServer server, Launch launch) {
    Thread hook =
        new Thread(
            () -> {
              server.close();
              launch.close();
              Runtime.getRuntime().halt(0);
            },
            "cleat-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // It runs, and does the same.
    }
  }
}
