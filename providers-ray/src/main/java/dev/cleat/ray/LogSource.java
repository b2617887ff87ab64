// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.Map;

/**
 * One log of a cluster.
 *
 * @param title what it is, for people
 * @param parameters how the state API names it
 * @param redaction what must not be shown of it
 */
record LogSource(String title, Map<String, String> parameters, Redaction redaction) {
  static LogSource file(String title, String nodeId, String fileName, Redaction redaction) {
    return new LogSource(title, Map.of("node_id", nodeId, "filename", fileName), redaction);
  }
}
