// SPDX-License-Identifier: Apache-2.0
package dev.cleat.examples.conformance;

import dev.cleat.Doc;
import dev.cleat.Tool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;

/**
 * Serves one tool, {@code echo}, with default settings: over the standard streams, or over HTTP on
 * a port.
 */
public final class Echo {
  private Echo() {}

  record Said(@Doc("What to say back.") String message) {}

  /** Serves until the client leaves. */
  public static void main(String[] arguments) throws InterruptedException {
    try (McpServer server =
        McpServer.builder()
            .name("echo", "1")
            .tool(
                Tool.named("echo")
                    .says("Says back what it is given.")
                    .readOnly()
                    .handles(Said.class, (said, call) -> ToolResult.text(said.message())))
            .build()) {
      Serving.serve(server, arguments);
    }
  }
}
