// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.List;

/**
 * Reads resources. Called by many threads at once; a cancelled request interrupts its thread.
 *
 * <p>A {@link ToolFailure} of the kind {@link FailureKind#NOT_FOUND} says that there is no such
 * resource.
 */
@FunctionalInterface
public interface ResourceHandler {
  /** Reads one; never an empty list. */
  List<ResourceContents> read(ResourceRead request, RequestContext context) throws Exception;
}
