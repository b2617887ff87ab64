// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * Answers the calls of one tool.
 *
 * <p><b>Threads.</b> Called by many threads at once. A cancelled call interrupts its thread.
 *
 * <p><b>Errors.</b> A {@link ToolFailure} becomes the failure it describes. Anything else that is
 * thrown becomes {@link FailureKind#INTERNAL} with an id that is also logged; its stack trace
 * reaches the log and never the caller.
 */
@FunctionalInterface
public interface ToolHandler {
  /** Answers one call. */
  ToolResult handle(ToolCall call, RequestContext context) throws Exception;
}
