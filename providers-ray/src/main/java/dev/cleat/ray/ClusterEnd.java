// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import java.util.List;

/**
 * What was observed when a cluster was stopped.
 *
 * @param allGone whether nothing of it is left; false also when that could not be seen
 * @param parts each process or object of it
 */
public record ClusterEnd(
    @Doc("Whether nothing of it is left, as observed.") boolean allGone, List<Part> parts) {
  /** Copies the list. */
  public ClusterEnd {
    parts = List.copyOf(parts);
  }

  /** How a part ended. */
  public enum How {
    /** By itself, as asked. */
    EXITED,
    /** It did not, and was killed. */
    KILLED,
    /** It was gone already. */
    ALREADY_GONE,
    /** Only the connection to it is gone; it keeps running. */
    DISCONNECTED,
    /** It is still there. */
    LEFT
  }

  /**
   * One part.
   *
   * @param name such as {@code worker 2 (pid 4711)}
   * @param how how it ended
   * @param detail what else is to be said; empty mostly
   */
  public record Part(String name, How how, String detail) {}
}
