// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Limits;
import dev.cleat.http.HttpServer;
import dev.cleat.mcp.McpServer;
import dev.cleat.mcp.Version;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.Connection;
import dev.cleat.spi.ToolSet;
import dev.cleat.stdio.Stdio;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cleat serve}: what an agent starts. Ends with its client, or with SIGTERM. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description =
        "Serves the tools over MCP, on stdin and stdout or over HTTP. Only reading ones unless told.")
final class ServeCommand implements Callable<Integer> {
  private final Host host;

  @Mixin private final CommonOptions options = new CommonOptions();
  @Mixin private final AccessOptions allowed = new AccessOptions();

  @Mixin private final HttpOptions http = new HttpOptions();

  @Option(
      names = "--search-tools",
      description =
          "list search_tools and call_tool instead of the tools of all servers, for a model that"
              + " would have too many to read")
  private boolean searching;

  // Kept, because a logger that nobody keeps forgets its level.
  private Optional<Logger> searchLog = Optional.empty();

  ServeCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (http.isWanted()) {
      serveHttp();
    } else {
      serveStreams();
    }
    return 0;
  }

  private void serveStreams() throws InterruptedException {
    try (Launch launch = Launch.open(host, options);
        McpServer server = server(launch)) {
      Optional<Thread> hook = endWith(launch, server);
      // The wire is taken first: from here on nothing stray reaches stdout.
      Connection wire =
          host.isProcess() ? Stdio.standard() : Stdio.of(host.in(), host.out(), Limits.defaults());
      if (host.terminals().in()) {
        host.tell("serving MCP on stdin and stdout, for an agent to talk to. Ctrl-D ends it.");
      }
      start(launch);
      try {
        server.serve(wire);
      } finally {
        hook.ifPresent(ServeCommand::forget);
      }
    }
  }

  private void serveHttp() throws InterruptedException {
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Launch launch = Launch.open(host, options, Optional.of(metrics));
        McpServer server = server(launch);
        HttpServer listening = http.describe(server).metrics(metrics, metrics::scrape).build()) {
      Optional<Thread> hook = endWith(launch, listening);
      start(launch);
      listening.start();
      host.out().println("serving MCP at " + listening.uri());
      host.out().flush();
      try {
        listening.awaitClose();
      } finally {
        hook.ifPresent(ServeCommand::forget);
      }
    } finally {
      metrics.close();
    }
  }

  /** Begins to connect the servers of the configuration, and to follow its changes. */
  private void start(Launch launch) {
    launch.upstreams().start();
    if (host.isProcess() && launch.config().file().isPresent()) {
      Hangup.handle(launch.upstreams()::reload);
    }
  }

  private McpServer server(Launch launch) {
    return McpServer.builder()
        .name("cleat", Version.CURRENT)
        .instructions(instructions(launch))
        .access(allowed.access())
        .assumeYes(allowed.yes())
        .tools(new SettledTools(tools(launch.registry()), launch.upstreams()))
        .build();
  }

  private String instructions(Launch launch) {
    String text = Instructions.of(launch.plugins(), launch.config(), allowed.access());
    return searching
        ? text + " Find the tools of those servers with search_tools, and call them with call_tool."
        : text;
  }

  private ToolSet tools(McpRegistry registry) {
    if (!searching) {
      return registry.asToolSet();
    }
    // On newer JDKs it asks to be updated to a release that needs them.
    searchLog =
        Optional.of(
            Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider"));
    searchLog.get().setLevel(Level.SEVERE);
    return registry.asSearchToolSet(allowed.access());
  }

  /**
   * On SIGTERM and SIGINT: answers what is running, closes everything, and ends with 0, because
   * that is how a server is meant to be ended.
   */
  private Optional<Thread> endWith(Launch launch, AutoCloseable serving) {
    if (!host.isProcess()) {
      return Optional.empty();
    }
    Thread hook =
        new Thread(
            () -> {
              try {
                serving.close();
                launch.close();
              } catch (Exception e) {
                host.tell("ended untidily: " + e);
              }
              Runtime.getRuntime().halt(0);
            },
            "cleat-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    return Optional.of(hook);
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // It runs, and does the same.
    }
  }
}
