// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.NOT_ALLOWED;
import static dev.cleat.FailureKind.TOO_LARGE;

import dev.cleat.Text;
import dev.cleat.ToolFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * The files of a working directory that are to be sent, sorted by name. Symbolic links are followed
 * as long as they stay within what may be sent; what is neither a file nor a directory is left out.
 *
 * @param files all of them
 */
record CodeFiles(List<CodeFile> files) {
  /**
   * One file.
   *
   * @param name from the top of the directory, with slashes
   * @param path where it is
   * @param bytes how long it was when it was found
   */
  record CodeFile(String name, Path path, long bytes, boolean executable) {}

  /** More files than this are no code. The format itself ends at 65,535. */
  static final int MOST_FILES = 20_000;

  /** Before they are packed. What is larger does not get below Ray's limit by packing. */
  static final long MOST_BYTES = 10 * CodePackage.MOST_BYTES;

  private static final int QUOTED_FILES = 5;
  private static final int MOST_DEPTH = 100;

  /**
   * Finds them.
   *
   * @param directory its real path
   * @throws ToolFailure when they are too many or too large, or lead elsewhere
   */
  static CodeFiles in(Path directory, Globs excludes, WorkingDirs allowed) throws IOException {
    Finder finder = new Finder(directory, excludes, allowed);
    Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MOST_DEPTH, finder);
    if (finder.files.isEmpty()) {
      throw ToolFailure.invalidArgument(
          "working_dir holds no file to be sent.", "Check the path, and excludes.");
    }
    finder.files.sort(Comparator.comparing(CodeFile::name));
    return new CodeFiles(List.copyOf(finder.files));
  }

  long bytes() {
    return files.stream().mapToLong(CodeFile::bytes).sum();
  }

  /** They are too large; says by which files. */
  ToolFailure tooLarge(String how) {
    return tooLarge(files, how);
  }

  private static ToolFailure tooLarge(List<CodeFile> files, String how) {
    List<String> largest =
        files.stream()
            .sorted(Comparator.comparingLong(CodeFile::bytes).reversed())
            .limit(QUOTED_FILES)
            .map(file -> Text.shown(file.name()) + " (" + Wording.bytes(file.bytes()) + ")")
            .toList();
    return new ToolFailure(
        TOO_LARGE,
        "working_dir is too large: "
            + how
            + "; Ray takes "
            + CodePackage.MOST_BYTES
            + " bytes (100 MiB) as a zip. Largest: "
            + String.join(", ", largest)
            + ".",
        "Leave out with excludes what the job does not need, for example [\"data/\", \"*.csv\"], and"
            + " let the job read large data from storage.");
  }

  /** Collects the files, and stops as soon as there are too many. */
  private static final class Finder extends SimpleFileVisitor<Path> {
    private final Path top;
    private final Globs excludes;
    private final WorkingDirs allowed;
    private final List<CodeFile> files = new ArrayList<>();
    private long bytes;

    Finder(Path top, Globs excludes, WorkingDirs allowed) {
      this.top = top;
      this.excludes = excludes;
      this.allowed = allowed;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (directory.equals(top)) {
        return FileVisitResult.CONTINUE;
      }
      if (excludes.fits(name(directory), true)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      requireAllowed(directory);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      String name = name(file);
      if (excludes.fits(name, attributes.isDirectory())) {
        return FileVisitResult.CONTINUE;
      }
      if (attributes.isDirectory()) {
        throw ToolFailure.invalidArgument(
            "working_dir has directories more than " + MOST_DEPTH + " deep.",
            "Leave " + Text.shown(name) + " out with excludes.");
      }
      if (attributes.isSymbolicLink()) {
        throw unusable(name, "is a link that leads nowhere");
      }
      if (!attributes.isRegularFile()) {
        return FileVisitResult.CONTINUE;
      }
      Path real = requireAllowed(file);
      files.add(new CodeFile(name, real, attributes.size(), Files.isExecutable(real)));
      bytes += attributes.size();
      if (bytes > MOST_BYTES) {
        throw tooLarge(files, "it holds more than " + Wording.bytes(MOST_BYTES));
      }
      if (files.size() > MOST_FILES) {
        throw tooLarge(files, "it holds more than " + MOST_FILES + " files");
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException fault) {
      String name = name(file);
      if (excludes.fits(name, true)) {
        return FileVisitResult.CONTINUE;
      }
      throw unusable(name, "cannot be read (" + fault.getClass().getSimpleName() + ")");
    }

    // The walk tells of links by where they are, so where they lead is looked up.
    private Path requireAllowed(Path path) throws IOException {
      Path real = path.toRealPath();
      if (!allowed.allows(real)) {
        throw new ToolFailure(
            NOT_ALLOWED,
            "In working_dir, "
                + Text.shown(name(path))
                + " is a link to outside of what may be"
                + " sent to a cluster.",
            "Leave it out with excludes.");
      }
      return real;
    }

    private String name(Path path) {
      return top.relativize(path).toString().replace(File.separatorChar, '/');
    }

    private static ToolFailure unusable(String name, String why) {
      return ToolFailure.invalidArgument(
          "In working_dir, " + Text.shown(name) + " " + why + ".", "Leave it out with excludes.");
    }
  }
}
