// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

/** Whether a provider could work here. */
public sealed interface Availability {
  /**
   * It could.
   *
   * @param detail what was found, in one line
   */
  record Available(String detail) implements Availability {}

  /**
   * It could not.
   *
   * @param why what is missing
   * @param fix what would help
   */
  record Unavailable(String why, String fix) implements Availability {}
}
