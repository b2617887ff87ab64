// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A child and all that it started. Java has no process groups, and a process whose parent has left
 * is nobody's descendant any more; so every child carries a token in its environment, which its own
 * children inherit, and by which {@code /proc} finds them.
 */
final class ProcessTree {
  /** The variable that carries the token. */
  static final String TOKEN_VARIABLE = "CLEAT_CHILD";

  private static final Path PROC = Path.of("/proc");

  private static final long LOOK_NANOS = 5_000_000;

  private final Process root;
  private final byte[] marker;
  private final Set<ProcessHandle> members = new LinkedHashSet<>();

  ProcessTree(Process root, String token) {
    this.root = root;
    marker = (TOKEN_VARIABLE + "=" + token).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Ends what is left of the tree: asks politely, then kills. Returns when all are gone or have had
   * their time; to be called by one thread at a time.
   */
  void end(long graceNanos) {
    look();
    boolean left = awaitRoot(graceNanos);
    look();
    if (left && survivors().isEmpty()) {
      return;
    }
    root.destroy();
    survivors().forEach(ProcessHandle::destroy);
    boolean rootLeft = awaitRoot(graceNanos);
    if (rootLeft) {
      awaitSurvivors(graceNanos);
    }
    look();
    root.destroyForcibly();
    survivors().forEach(ProcessHandle::destroyForcibly);
    awaitRoot(graceNanos);
    awaitSurvivors(graceNanos);
  }

  /** Notes who belongs to the tree now. */
  void look() {
    root.descendants().forEach(members::add);
    if (Files.isDirectory(PROC)) {
      lookInProc();
    }
  }

  private void lookInProc() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (hasMarker(process.resolve("environ"))) {
          Optional<ProcessHandle> handle =
              ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
          handle.filter(h -> h.pid() != root.pid()).ifPresent(members::add);
        }
      }
    } catch (IOException e) {
      // Without /proc the descendants that are known have to do.
    }
  }

  private boolean hasMarker(Path environ) {
    try {
      byte[] bytes = Files.readAllBytes(environ);
      return indexOf(bytes, marker) >= 0;
    } catch (IOException | SecurityException otherUsers) {
      return false;
    }
  }

  private Set<ProcessHandle> survivors() {
    members.removeIf(process -> !process.isAlive() || isZombie(process));
    return members;
  }

  private boolean awaitRoot(long nanos) {
    try {
      return root.waitFor(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !root.isAlive();
    }
  }

  /** Looks itself, because the JDK sees the end of another's child only every third of a second. */
  private void awaitSurvivors(long nanos) {
    long deadline = System.nanoTime() + nanos;
    while (!survivors().isEmpty()
        && System.nanoTime() < deadline
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** An orphan is the first process's to bury, which many a container's never does. */
  private static boolean isZombie(ProcessHandle process) {
    try {
      Path stat = PROC.resolve(process.pid() + "/stat");
      String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
      return text.startsWith("Z", text.lastIndexOf(')') + 2);
    } catch (IOException withoutProc) {
      return false;
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      int matched = 0;
      while (matched < part.length && bytes[i + matched] == part[matched]) {
        matched++;
      }
      if (matched == part.length) {
        return i;
      }
    }
    return -1;
  }
}
