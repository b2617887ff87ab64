// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.registry.Lease;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ClientDefinition;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code cleat demo}: starts {@code cleat serve} on a simulated machine with one sick GPU as a
 * child process, connects to it as any agent would, and shows what it is asked and what it answers.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Shows a sick GPU explained. Needs no GPU: the machine is simulated.")
final class DemoCommand implements Callable<Integer> {
  private static final String NODE = "node";
  private static final String CONFIG =
      """
      {"providers": {"nvml": {"source": "simulated:h100x8/memory-cascade"}}}
      """;

  private final Host host;

  DemoCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    LogToStderr.level(0);
    DemoStory story =
        new DemoStory(host.out(), host.ink(), System.getProperty("cleat.name", "cleat"));
    story.begin();
    Path config = Files.createTempFile("cleat-demo-", ".json");
    try (McpRegistry registry = McpRegistry.create()) {
      Files.writeString(config, CONFIG);
      long start = System.nanoTime();
      registry.register(NODE, itself(config));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      try (Lease node = registry.acquire(NODE)) {
        story.connected(node.peer(), node.tools().size(), took);
        return story.tell(node) ? 0 : Cleat.FAILED;
      }
    } finally {
      Files.delete(config);
    }
  }

  /** {@code cleat serve}, by the script that started this if there was one. */
  private static ClientDefinition itself(Path config) {
    String home = System.getProperty("java.home");
    Optional<String> script = Optional.ofNullable(System.getProperty("cleat.script"));
    ClientDefinition.Builder definition =
        ClientDefinition.builder().putAllEnv(Map.of("JAVA_HOME", home));
    if (script.isPresent()) {
      definition.command(script.get());
    } else {
      definition
          .command(home + File.separator + "bin" + File.separator + "java")
          .addArgs("-cp", System.getProperty("java.class.path"), Cleat.class.getName());
    }
    return definition.addArgs("serve", "--config", config.toString()).build();
  }
}
