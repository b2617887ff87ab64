// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Optional;

/**
 * Which tools may be used, from least to most. Tools that are not allowed are not listed either.
 *
 * <p>Decided by {@link ToolHints}. Those of our own tools are true. A foreign server is believed,
 * and a tool of which it says nothing is allowed: whoever configured that server wants its tools,
 * and without a hint there is nothing to tell them apart by.
 */
public enum Access {
  /** Tools that change nothing. */
  READ_ONLY(""),
  /** And those that write, without destroying. */
  WRITE("--allow-write"),
  /** And those that may destroy. */
  DESTRUCTIVE("--allow-destructive");

  private final String option;

  Access(String option) {
    this.option = option;
  }

  /** The access that a tool with these hints needs. */
  public static Access neededBy(ToolHints hints) {
    if (hints.readOnly() || !hints.areGiven()) {
      return READ_ONLY;
    }
    return hints.destructive() ? DESTRUCTIVE : WRITE;
  }

  /** Whether a tool with these hints may be used. */
  public boolean allows(ToolHints hints) {
    return compareTo(neededBy(hints)) >= 0;
  }

  /** Why a tool may not be used, with the switch that would allow it; empty when it may. */
  public Optional<ToolResult.Failure> refusal(Tool tool) {
    if (allows(tool.hints())) {
      return Optional.empty();
    }
    Access needed = neededBy(tool.hints());
    return Optional.of(
        ToolResult.failure(
            FailureKind.NOT_ALLOWED,
            tool.name()
                + (needed == WRITE ? " changes things" : " can destroy things")
                + ", and this server was started without "
                + needed.option
                + ".",
            "Restart it with that switch to allow it."));
  }
}
