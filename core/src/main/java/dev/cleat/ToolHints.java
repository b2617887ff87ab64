// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * What a tool does to the world, as the MCP tool annotations of the same names say it.
 *
 * <p>Cleat enforces its own hints ({@link Access}); those of foreign servers are only passed on,
 * because nothing proves them.
 *
 * @param readOnly changes nothing
 * @param destructive may delete or overwrite what somebody still needs; only for tools that write
 * @param idempotent the same call again changes nothing more
 * @param openWorld reaches beyond this program and its configured back ends
 */
public record ToolHints(
    boolean readOnly, boolean destructive, boolean idempotent, boolean openWorld) {
  /**
   * What MCP assumes of a tool that says nothing: it writes, destroys, and reaches anywhere. This
   * very object, and no equal one, stands for "nothing was said".
   */
  public static final ToolHints UNKNOWN = new ToolHints(false, true, false, true);

  /** Whether the server said anything of the tool's effects. */
  public boolean areGiven() {
    return this != UNKNOWN;
  }
}
