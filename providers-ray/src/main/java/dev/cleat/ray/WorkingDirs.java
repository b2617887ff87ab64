// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_ALLOWED;
import static dev.cleat.FailureKind.NOT_FOUND;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From which directories of this machine code may be sent to a cluster: the roots and what is below
 * them, wherever symbolic links lead. Immutable.
 */
final class WorkingDirs {
  private static final String HOW =
      "Choose a directory below one of them, or add one to providers.ray.workingDirRoots.";

  private final List<Path> roots;

  private WorkingDirs(List<Path> roots) {
    this.roots = roots;
  }

  /** Below these; relative paths are taken from the first. */
  static WorkingDirs below(List<Path> roots) {
    return new WorkingDirs(
        roots.stream().map(root -> root.toAbsolutePath().normalize()).distinct().toList());
  }

  /**
   * Below the directory that this process runs in. If that is the root of the file system, as of
   * programs that a desktop starts, there is none: nobody means all files by that.
   */
  static WorkingDirs ofThisProcess() {
    Path here = Path.of("").toAbsolutePath();
    return here.getParent() == null ? below(List.of()) : below(List.of(here));
  }

  /**
   * The real path of a directory.
   *
   * @throws ToolFailure when there is none, or it may not be sent
   */
  Path resolve(String text) {
    if (roots.isEmpty()) {
      throw new ToolFailure(
          NOT_ALLOWED,
          "No directory of this machine may be sent to a cluster.",
          "Set providers.ray.workingDirRoots in cleat.json, or give working_dir as a URI such as"
              + " https://…/code.zip or s3://….");
    }
    try {
      Path path = roots.get(0).resolve(text).normalize();
      // Before the disk is touched, so that nobody learns what there is elsewhere.
      if (roots.stream().noneMatch(path::startsWith) && !isWithin(path, realRoots())) {
        throw outside(text);
      }
      Path real = path.toRealPath();
      if (!allows(real)) {
        throw outside(text);
      }
      if (!Files.isDirectory(real)) {
        throw ToolFailure.invalidArgument(
            "working_dir \"" + Text.shown(text) + "\" is not a directory.",
            "Give the directory that holds the job's code.");
      }
      return real;
    } catch (InvalidPathException e) {
      throw ToolFailure.invalidArgument("working_dir is not a path: " + e.getReason() + ".", "");
    } catch (IOException e) {
      throw new ToolFailure(
          NOT_FOUND,
          "working_dir \"" + Text.shown(text) + "\" does not exist or cannot be read.",
          "Relative paths are taken from " + roots.get(0) + ".");
    }
  }

  /** Whether a file may be sent, by its real path. */
  boolean allows(Path real) {
    return isWithin(real, realRoots());
  }

  private List<Path> realRoots() {
    List<Path> real = new ArrayList<>();
    for (Path root : roots) {
      realPath(root).ifPresent(real::add);
    }
    return real;
  }

  // One that is missing allows nothing.
  private static Optional<Path> realPath(Path root) {
    try {
      return Optional.of(root.toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isWithin(Path path, List<Path> roots) {
    return roots.stream().anyMatch(path::startsWith);
  }

  private ToolFailure outside(String text) {
    return new ToolFailure(
        NOT_ALLOWED,
        "working_dir \""
            + Text.shown(text)
            + "\" is outside of what may be sent to a cluster: "
            + String.join(", ", roots.stream().map(Path::toString).toList())
            + ".",
        HOW);
  }
}
