// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

/**
 * Answers the calls of one tool whose arguments and result are records; the rules are those of
 * {@link ToolHandler}.
 *
 * @param <I> the arguments
 * @param <O> the structured result
 */
@FunctionalInterface
public interface TypedHandler<I extends Record, O extends Record> {
  /** Answers one call whose arguments have been checked. */
  O handle(I input, RequestContext call) throws Exception;
}
