// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Json;
import dev.cleat.Tool;
import dev.cleat.registry.RegistrySnapshot.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cleat tools}: every tool there is, also those that need a switch. */
@Command(
    name = "tools",
    mixinStandardHelpOptions = true,
    description = "Lists all tools, those of the configured servers included.")
final class ToolsCommand implements Callable<Integer> {
  private static final Duration MOST_CONNECT = Duration.ofSeconds(15);

  private final Host host;

  @Mixin private final CommonOptions options = new CommonOptions();

  @Option(names = "--json", description = "with schemas and annotations, as JSON")
  private boolean json;

  ToolsCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    try (Launch launch = Launch.open(host, options)) {
      launch.upstreams().start();
      if (!launch.upstreams().awaitSettled(MOST_CONNECT)) {
        host.tell(unfinished(launch));
      }
      List<Tool> tools = launch.registry().tools();
      if (json) {
        host.out().println(Json.printPretty(ToolListing.json(tools)));
      } else {
        host.out().print(ToolListing.table(tools, host.ink()));
      }
      return 0;
    }
  }

  private static String unfinished(Launch launch) {
    List<String> slow =
        launch.registry().snapshot().clients().stream()
            .filter(client -> client.state() == State.CONNECTING)
            .map(client -> client.namespace().value())
            .toList();
    return "without "
        + String.join(", ", slow)
        + ": not connected within "
        + MOST_CONNECT.toSeconds()
        + " s.";
  }
}
