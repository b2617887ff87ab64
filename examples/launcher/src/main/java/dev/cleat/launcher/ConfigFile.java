// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.spi.ConfigException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the configuration is looked for.
 *
 * @param found the first that is there
 * @param looked all places, in their order
 */
record ConfigFile(Optional<Path> found, List<Path> looked) {
  private static final String NAME = "cleat.json";

  /**
   * The one that is asked for, else the one of the working directory, else the user's.
   *
   * @throws ConfigException when the one that is asked for is not there
   */
  static ConfigFile find(Optional<String> asked, Host host) {
    if (asked.isPresent()) {
      Path file = path(asked.get(), host);
      if (!Files.isRegularFile(file)) {
        throw new ConfigException(host.shown(file) + ": there is no such file.");
      }
      return new ConfigFile(Optional.of(file), List.of(file));
    }
    Path user =
        Optional.ofNullable(host.environment().get("XDG_CONFIG_HOME"))
            .filter(folder -> folder.startsWith("/"))
            .map(Path::of)
            .orElse(host.home().resolve(".config"));
    List<Path> places =
        List.of(host.workingDirectory().resolve(NAME), user.resolve("cleat").resolve(NAME));
    return new ConfigFile(places.stream().filter(Files::isRegularFile).findFirst(), places);
  }

  private static Path path(String asked, Host host) {
    try {
      return host.workingDirectory().resolve(asked);
    } catch (InvalidPathException e) {
      throw new ConfigException("--config has to be the path of a file.");
    }
  }

  /** Why a file could not be read, in words. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    } else if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return String.valueOf(e.getMessage());
  }
}
