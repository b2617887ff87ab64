// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The text files of this checkout: what git would track, without asking git. */
final class Checkout {
  private static final Set<String> NOT_OURS =
      Set.of(
          ".git",
          "target",
          ".idea",
          ".vscode",
          ".settings",
          ".venv",
          ".cleat",
          "__pycache__",
          "node_modules");

  private Checkout() {}

  /** The folder that holds the root pom: given by the build, searched for upwards in an editor. */
  static Path root() {
    return Optional.ofNullable(System.getProperty("cleat.root"))
        .map(Path::of)
        .orElseGet(() -> above(Path.of("").toAbsolutePath()));
  }

  /** Every text file that ends with one of the suffixes, in the order of their paths. */
  static List<TextFile> files(String... suffixes) {
    return files(name -> Stream.of(suffixes).anyMatch(name::endsWith));
  }

  /** Every text file. */
  static List<TextFile> files() {
    return files(name -> true);
  }

  private static List<TextFile> files(Predicate<String> wanted) {
    Path root = root();
    List<Path> paths = new ArrayList<>();
    try {
      Files.walkFileTree(root, new Ours(paths));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + root, e);
    }
    Collections.sort(paths);
    return paths.stream()
        .filter(path -> wanted.test(path.getFileName().toString()))
        .flatMap(path -> TextFile.read(root, path).stream())
        .toList();
  }

  private static Path above(Path start) {
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve(".mvn"))) {
        return folder;
      }
    }
    throw new IllegalStateException("no .mvn in or above " + start + "; set -Dcleat.root");
  }

  private static final class Ours extends SimpleFileVisitor<Path> {
    private final List<Path> found;

    private Ours(List<Path> found) {
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return NOT_OURS.contains(folder.getFileName().toString())
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile()) {
        found.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException gone) {
      return FileVisitResult.CONTINUE; // other builds come and go in the same checkout
    }
  }
}
