// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds the processes of a cluster by what they inherited: all that Ray starts, and what jobs
 * start, has in its environment the directory of the cluster. So they are found when their parents
 * are gone, in whatever session or group they are.
 *
 * <p>Only on Linux; elsewhere none is found.
 */
final class Marked {
  private static final String CLUSTER = "CLEAT_RAY_CLUSTER";
  private static final String NODE = "CLEAT_RAY_NODE";

  // More than any system lets an environment have.
  private static final int ENVIRONMENT_BYTES = 4 << 20;

  private Marked() {}

  /** The variables of all that runs for one node of the cluster with that directory. */
  static Map<String, String> variables(Path directory, int node) {
    return Map.of(CLUSTER, directory.toString(), NODE, node(directory, node));
  }

  /** The processes of the cluster with that directory; never this JVM. */
  static List<ProcessId> ofCluster(Path directory) {
    return find(
        process ->
            inherited(process, CLUSTER, directory.toString())
                || (isOfRay(process) && hasOpen(process, directory)));
  }

  /** The processes of one node of it. */
  static List<ProcessId> ofNode(Path directory, int node) {
    return find(process -> inherited(process, NODE, node(directory, node)));
  }

  private static String node(Path directory, int node) {
    return directory + "#" + node;
  }

  private static List<ProcessId> find(Predicate<Path> wanted) {
    List<ProcessId> found = new ArrayList<>();
    if (!ProcessId.hasProc()) {
      return found;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (wanted.test(process)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
              .map(ProcessId::of)
              .filter(id -> !id.equals(ProcessId.self()) && id.runs())
              .ifPresent(found::add);
        }
      }
    } catch (IOException | RuntimeException e) {
      // What was found up to then is something; whoever asks looks again.
    }
    return found;
  }

  private static boolean inherited(Path process, String variable, String value) {
    try (InputStream in = Files.newInputStream(process.resolve("environ"))) {
      String environment =
          "\0" + new String(in.readNBytes(ENVIRONMENT_BYTES), StandardCharsets.UTF_8) + "\0";
      return environment.contains("\0" + variable + "=" + value + "\0");
    } catch (IOException e) {
      // Gone, or another user's.
      return false;
    }
  }

  // The parts of the dashboard write their names over their environment. They have logs open.
  private static boolean isOfRay(Path process) {
    try {
      return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
          .startsWith("ray");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasOpen(Path process, Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.readSymbolicLink(file).startsWith(directory)) {
          return true;
        }
      }
    } catch (IOException | RuntimeException e) {
      // Gone, or another user's.
    }
    return false;
  }
}
