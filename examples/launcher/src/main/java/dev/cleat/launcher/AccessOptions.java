// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Access;
import picocli.CommandLine.Option;

/** What the tools may do. */
final class AccessOptions {
  @Option(names = "--allow-write", description = "also the tools that change things")
  private boolean allowWrite;

  @Option(
      names = "--allow-destructive",
      description = "also those that can destroy things; includes --allow-write")
  private boolean allowDestructive;

  @Option(
      names = {"-y", "--yes"},
      description = "consent beforehand to whatever a tool asks")
  private boolean yes;

  Access access() {
    if (allowDestructive) {
      return Access.DESTRUCTIVE;
    }
    return allowWrite ? Access.WRITE : Access.READ_ONLY;
  }

  boolean yes() {
    return yes;
  }
}
