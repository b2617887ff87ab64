// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Doc;
import java.util.List;

/**
 * What was done, or in a dry run would be done, to have as many workers as asked for.
 *
 * @param before how many workers there were
 * @param after how many there are now, as observed; in a dry run how many there would be
 * @param steps what was done, one sentence each
 */
public record ClusterScaled(
    @Doc("How many workers there were.") int before,
    @Doc("How many there are now, as observed; in a dry run how many there would be.") int after,
    List<String> steps) {
  /** Copies the list. */
  public ClusterScaled {
    steps = List.copyOf(steps);
  }
}
