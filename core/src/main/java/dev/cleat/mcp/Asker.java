// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import dev.cleat.ClientCapabilities;
import dev.cleat.LogLevel;
import java.util.Optional;

/**
 * Who sent a request, as far as it decides how to answer.
 *
 * @param revision in the words of which
 * @param capabilities what it can be asked for
 * @param logLevel from which level on it wants to hear log messages; empty: none
 */
record Asker(String revision, ClientCapabilities capabilities, Optional<LogLevel> logLevel) {
  boolean isStateless() {
    return ProtocolVersion.isStateless(revision);
  }
}
