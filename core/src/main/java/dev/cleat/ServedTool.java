// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

/**
 * A tool together with what answers its calls.
 *
 * @param tool what is listed
 * @param handler what is called; by many threads at once
 */
public record ServedTool(Tool tool, ToolHandler handler) {
  /** Checks that both are there. */
  public ServedTool {
    requireNonNull(tool, "tool");
    requireNonNull(handler, "handler");
  }

  /** The name it is listed and called by. */
  public String name() {
    return tool.name();
  }
}
