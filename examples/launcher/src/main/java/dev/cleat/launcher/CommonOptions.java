// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.util.Optional;
import picocli.CommandLine.Option;

/** What every command takes that works with the configuration. */
final class CommonOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "the configuration; else cleat.json here, else the user's")
  private Optional<String> config = Optional.empty();

  @Option(
      names = {"-v", "--verbose"},
      description = "tell more on stderr; twice for even more")
  private boolean[] verbose = {};

  Optional<String> config() {
    return config;
  }

  /** What is logged from now on. */
  void applyVerbosity() {
    LogToStderr.level(verbose.length);
  }
}
