// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolHints;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ToolSet;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.infra.Blackhole;

/** Clients in this process, so that what is measured is the registry and no wire. */
final class Servers {
  /** The name of the tool that every client has. */
  static final String TOOL = "echo";

  private static final ToolResult ANSWER = ToolResult.text("done");

  private Servers() {}

  /** A client whose tool answers at once. */
  static McpClient quick() {
    return working(0);
  }

  /**
   * A client whose tool works before it answers.
   *
   * @param tokens how long, as {@link Blackhole#consumeCPU} counts it: 1,000 are some microseconds
   */
  static McpClient working(long tokens) {
    return McpClient.of("bench", ToolSet.of(tool(TOOL, tokens)));
  }

  /** A client of several tools. */
  static McpClient withTools(int tools) {
    ServedTool[] served = new ServedTool[tools];
    for (int i = 0; i < tools; i++) {
      served[i] = tool(TOOL + i, 0);
    }
    return McpClient.of("bench", ToolSet.of(served));
  }

  private static ServedTool tool(String name, long tokens) {
    Tool tool =
        new Tool(
            name,
            Optional.empty(),
            "Answers with one word.",
            Schema.anyObject(),
            Optional.empty(),
            ToolHints.UNKNOWN,
            Map.of());
    // As it is: a tool that is made by Tool.named checks its arguments, which is not measured here.
    return new ServedTool(
        tool,
        (call, context) -> {
          if (tokens > 0) {
            Blackhole.consumeCPU(tokens);
          }
          return ANSWER;
        });
  }
}
