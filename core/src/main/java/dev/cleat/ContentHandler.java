// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * Answers the calls of one tool whose arguments are a record and whose result is content of any
 * kind; the rules are those of {@link ToolHandler}.
 *
 * @param <I> the arguments
 */
@FunctionalInterface
public interface ContentHandler<I extends Record> {
  /** Answers one call whose arguments have been checked. */
  ToolResult handle(I input, RequestContext call) throws Exception;
}
