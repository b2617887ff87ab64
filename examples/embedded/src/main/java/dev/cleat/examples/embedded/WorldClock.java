// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.embedded;

import dev.cleat.ToolResult;
import dev.cleat.registry.Lease;
import dev.cleat.registry.McpRegistry;
import dev.cleat.spi.ClientDefinition;
import java.util.Map;
import java.util.function.Consumer;

/** Asks a public time server what time it is, replaces it while at it, and asks again. */
public final class WorldClock {
  private WorldClock() {}

  /** Needs {@code uvx} (from the Python tool uv) on the PATH. */
  public static void main(String[] arguments) {
    ask(System.out::println);
  }

  private static void ask(Consumer<String> log) {
    // snippet: registry
    try (var registry = McpRegistry.create()) {
      registry.register("time", ClientDefinition.command("uvx", "mcp-server-time"));
      ToolResult now =
          registry.callTool("time__get_current_time", Map.of("timezone", "Asia/Tokyo"));
      log.accept(now instanceof ToolResult.Failure f ? f.kind() + ": " + f.message() : now.text());

      // The new server is connected first; the old one finishes its calls before it is closed.
      registry.register("time", ClientDefinition.command("uvx", "mcp-server-time@latest"));
      try (Lease pinned = registry.acquire("time")) { // several calls, one and the same client
        log.accept(pinned.callTool("get_current_time", Map.of("timezone", "UTC")).text());
      }
    }
    // end
  }
}
