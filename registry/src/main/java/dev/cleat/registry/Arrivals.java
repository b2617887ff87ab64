// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.McpException;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolHints;
import dev.cleat.ToolName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Waits for clients that are wanted and have never been connected, when one is called by name. */
final class Arrivals {
  /** Longer than most servers take to start, and shorter than an agent takes to lose patience. */
  private static final Duration MOST = Duration.ofSeconds(20);

  private final Calls calls;

  Arrivals(Calls calls) {
    this.calls = calls;
  }

  /**
   * Waits for the client that has a tool of that name, if it is one that has never been there.
   *
   * @return why it is not there; nothing when it is, or when there is none to wait for
   */
  Optional<McpException> await(String tool) {
    Optional<ToolName> awaited = calls.unconnected(tool);
    if (awaited.isEmpty()) {
      return Optional.empty();
    }
    try {
      calls.hold(awaited.get().namespace(), MOST).release();
      return Optional.empty();
    } catch (McpException why) {
      return Optional.of(why);
    }
  }

  /**
   * A tool of which only its name is known. It does nothing but to say why: so it is marked as one
   * that anybody may call.
   */
  static ServedTool unreachable(String name, McpException why) {
    Tool unknown =
        new Tool(
            name,
            Optional.empty(),
            "",
            Schema.anyObject(),
            Optional.empty(),
            new ToolHints(true, false, true, false),
            Map.of());
    return new ServedTool(
        unknown,
        (call, context) -> {
          throw why;
        });
  }
}
