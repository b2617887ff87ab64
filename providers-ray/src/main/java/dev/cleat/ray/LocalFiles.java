// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory of one cluster: what its nodes print, and Ray's own temporary directory in it. Only
 * this user can enter it; Ray makes what is inside readable for all.
 */
final class LocalFiles {
  /** Printed last by {@code ray start --block}; the node can be used from then on. */
  static final String STARTED = "block forever";

  // A socket's path ends at 107 bytes, and Ray's part of it can be 69 long.
  private static final int LONGEST_PARENT = 16;
  // A node prints 3 KB, and a traceback if it fails.
  private static final int OUTPUT_BYTES = 64 << 10;
  private static final Duration DELETE = Duration.ofSeconds(2);
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final Pattern DASHBOARD =
      Pattern.compile("RAY_API_SERVER_ADDRESS='(http://[^'\\s]{1,200})'");
  private static final Pattern GCS = Pattern.compile("--address='([^'\\s]{1,200})'");
  private static final Pattern PANIC =
      Pattern.compile("^.{0,60}\\bPANIC\\b[^-\\n]{0,60}-- (.*)$", Pattern.MULTILINE);
  private static final Pattern ERROR =
      Pattern.compile("^(?:[\\w.]{0,200}(?:Error|Exception)): .*$", Pattern.MULTILINE);

  private LocalFiles() {}

  /** A directory that is not there yet, for a new cluster. */
  static Path choose(RandomGenerator random) {
    Path directory;
    do {
      directory = parent().resolve("cleat-ray-" + letters(random, 8));
    } while (Files.exists(directory));
    return directory;
  }

  static String letters(RandomGenerator random, int count) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < count; i++) {
      letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return letters.toString();
  }

  private static Path parent() {
    Path usual = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
    Path shorter = Path.of("/tmp");
    boolean tooLong = usual.toString().length() > LONGEST_PARENT;
    return tooLong && Files.isWritable(shorter) ? shorter : usual;
  }

  /**
   * Makes the directory of a cluster.
   *
   * @throws ToolFailure when it cannot be made, or is there already
   */
  static void make(ClusterRecord record) {
    try {
      OwnFiles.makeDirectory(record.directory());
    } catch (FileAlreadyExistsException e) {
      throw ToolFailure.unavailable(record.directory() + " is there already.", "Try again.")
          .causedBy(e);
    } catch (IOException e) {
      throw new ToolFailure(
              FailureKind.UNAVAILABLE,
              "The directory " + record.directory() + " cannot be made: " + e + ".",
              "Ray needs a temporary directory with a short path; is there room on the disk?")
          .causedBy(e);
    }
  }

  /** Deletes it; ended processes may still be writing for a moment. */
  static boolean delete(ClusterRecord record) {
    return Patience.until(
        DELETE,
        () -> {
          try {
            if (Files.exists(record.directory())) {
              OwnFiles.deleteAll(record.directory());
            }
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** Ray's own directory in it. */
  static Path temporary(ClusterRecord record) {
    return record.directory().resolve("t");
  }

  /** The file of what a node prints. */
  static Path output(ClusterRecord record, int number) {
    return record.directory().resolve(number == 0 ? "head.log" : "worker-" + number + ".log");
  }

  /** The end of what a file holds; empty when there is none. */
  static String end(Path file) {
    // Not over a channel, which an interrupt would close.
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, in.length() - OUTPUT_BYTES);
      in.seek(from);
      byte[] bytes = new byte[(int) (Math.min(in.length(), from + OUTPUT_BYTES) - from)];
      in.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Where a head says that its dashboard is. */
  static Optional<String> dashboardIn(String output) {
    return first(DASHBOARD, output);
  }

  /** The address for workers of the cluster, as its head says it. */
  static Optional<String> gcsIn(String output) {
    return first(GCS, output);
  }

  /** Why a command failed, in its own words: one line. */
  static Optional<String> reasonIn(String output) {
    Optional<String> panic = first(PANIC, output);
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    Optional<String> end =
        lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
    return panic
        .or(() -> error(output))
        .or(() -> end)
        .map(line -> Wording.oneLine(line, Bounds.QUOTED_CHARS));
  }

  private static Optional<String> error(String output) {
    Matcher error = ERROR.matcher(output);
    String last = "";
    while (error.find()) {
      last = error.group();
    }
    return last.isEmpty() ? Optional.empty() : Optional.of(last);
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
