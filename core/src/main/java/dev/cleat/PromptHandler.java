// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Map;

/** Writes the messages of a prompt. Called by many threads at once. */
@FunctionalInterface
public interface PromptHandler {
  /** Writes them from arguments, of which the required ones are there and no other is unknown. */
  PromptResult get(Map<String, String> arguments, RequestContext context) throws Exception;
}
