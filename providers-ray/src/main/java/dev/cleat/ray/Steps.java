// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

/** Hears how far a long change of a cluster is. Called by the thread that makes the change. */
@FunctionalInterface
public interface Steps {
  /**
   * A step begins.
   *
   * @param done how many are done
   * @param total how many there are, as far as is known
   * @param doing what is done now, such as {@code starting worker 1 of 2}
   */
  void at(int done, int total, String doing);
}
