// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Commands of this machine, found on PATH and asked for their version and nothing else. */
final class LocalCommands {
  private static final int OUTPUT_BYTES = 4096;

  private final String path;

  /** With the directories that a shell would look in. */
  LocalCommands(String path) {
    this.path = path;
  }

  /** The first executable of one of these names. */
  Optional<Path> find(List<String> names) {
    for (String name : names) {
      for (String directory : path.split(File.pathSeparator, -1)) {
        Optional<Path> found = executable(directory, name);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The first line that {@code command --version} prints; empty when it fails or takes too long.
   */
  Optional<String> version(Path command) throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command.toString(), "--version").redirectErrorStream(true).start();
    } catch (IOException e) {
      return Optional.empty();
    }
    try {
      process.getOutputStream().close();
      if (!process.waitFor(Bounds.LOCAL_COMMAND.toMillis(), TimeUnit.MILLISECONDS)
          || process.exitValue() != 0) {
        return Optional.empty();
      }
      // It has ended, so what it printed is in the pipe, whose size bounds it.
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readNBytes(OUTPUT_BYTES), StandardCharsets.UTF_8);
        return text.lines().findFirst().map(line -> Wording.oneLine(line, Bounds.QUOTED_CHARS));
      }
    } catch (IOException e) {
      return Optional.empty();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Optional<Path> executable(String directory, String name) {
    try {
      for (String suffix : List.of("", ".exe")) {
        Path file = Path.of(directory, name + suffix);
        if (!directory.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
          return Optional.of(file.toAbsolutePath());
        }
      }
    } catch (InvalidPathException e) {
      // Not a directory, so nothing is in it.
    }
    return Optional.empty();
  }
}
