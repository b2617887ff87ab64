// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.time.Duration;
import java.util.List;

/** The bounds of what is told of a cluster's state. What goes over one is said to be cut. */
final class StateBounds {
  /** Rows of a table that are read with all their columns; Ray sends up to 10 KB for each. */
  static final int ROWS = 200;

  /** Processes that ended when nobody wanted it, each with up to 6 KB of explanation. */
  static final int SMALL_ROWS = 1000;

  /** Nodes and drivers, of which all count and none is large: the most that Ray sends. */
  static final int MOST_ROWS = 10_000;

  /** What is read of an error or of why a process ended; the rest repeats advice. */
  static final int ERROR_CHARS = 16_000;

  /** Lines of evidence in one diagnosis, and of what is wrong in one summary. */
  static final int EVIDENCE = 12;

  /** Functions, classes, bundles and the like that one answer lists. */
  static final int LISTED = 50;

  /** The processes of a node that use most memory. */
  static final int TOP_PROCESSES = 10;

  /** Processes whose stacks are dumped in one call: each dump stops its process for moments. */
  static final int STACKS = 5;

  /** What is shown of the stacks of one process, in UTF-16 units. */
  static final int STACK_CHARS = 16_000;

  /** What is read of the stacks of one process. */
  static final int STACK_BYTES = 1 << 20;

  /** A dump of stacks: a loaded node needs seconds to start py-spy, more with native frames. */
  static final Duration STACK = Duration.ofSeconds(30);

  /**
   * A task that runs for longer than this is named when a job is diagnosed: nothing is wrong with
   * long tasks, but a hanging one can be found only so.
   */
  static final Duration LONG_TASK = Duration.ofMinutes(5);

  private StateBounds() {}

  /** The first of them, at most {@link #LISTED}. */
  static <T> List<T> listed(List<T> all) {
    return all.size() <= LISTED ? all : all.subList(0, LISTED);
  }
}
