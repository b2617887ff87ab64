// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One process, never mistaken for a later one of its number: it counts only with the time that it
 * was started at.
 *
 * @param pid its number
 * @param start when it was started: on Linux in clock ticks since the machine was, which no change
 *     of the clock moves; elsewhere in milliseconds since 1970
 */
record ProcessId(long pid, String start) {
  // Of what has ended before it could be looked at.
  private static final String UNSEEN = "unseen";
  private static final Path PROC = Path.of("/proc");
  private static final boolean LINUX = Files.isReadable(PROC.resolve("self/stat"));
  private static final ProcessId SELF = of(ProcessHandle.current());

  ProcessId {
    requireNonNull(start, "start");
  }

  /** What {@code /proc/PID/stat} says. */
  private record Stat(char state, long parent, String start) {}

  /** This JVM. */
  static ProcessId self() {
    return SELF;
  }

  /** A process that is there, or was a moment ago. */
  static ProcessId of(ProcessHandle handle) {
    return new ProcessId(handle.pid(), startOf(handle).orElse(UNSEEN));
  }

  /** Whether processes can be looked at in {@code /proc}. */
  static boolean hasProc() {
    return LINUX;
  }

  /**
   * Whether it is running. One that has ended and that nobody has taken note of counts only if that
   * is our own duty: in a container the first process may never do its own.
   */
  boolean runs() {
    if (start.equals(UNSEEN)) {
      return false;
    }
    if (!LINUX) {
      return handle().isPresent();
    }
    Optional<Stat> stat = stat(pid);
    return stat.isPresent()
        && stat.get().start().equals(start)
        && (stat.get().state() != 'Z' || stat.get().parent() == SELF.pid());
  }

  /** Asks it to end; nothing if it has. */
  void terminate() {
    handle().ifPresent(ProcessHandle::destroy);
  }

  /** Ends it; nothing if it has ended. */
  void kill() {
    handle().ifPresent(ProcessHandle::destroyForcibly);
  }

  /** All that it started and that they started, as far as their parents are still there. */
  List<ProcessId> descendants() {
    return handle().stream()
        .flatMap(ProcessHandle::descendants)
        .map(ProcessId::of)
        .filter(process -> !process.start.equals(UNSEEN))
        .toList();
  }

  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(handle -> handle.isAlive() && startOf(handle).equals(Optional.of(start)));
  }

  private static Optional<String> startOf(ProcessHandle handle) {
    return LINUX
        ? stat(handle.pid()).map(Stat::start)
        : handle.info().startInstant().map(at -> Long.toString(at.toEpochMilli()));
  }

  private static Optional<Stat> stat(long pid) {
    try {
      String text =
          Files.readString(
              PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
      // The name, in parentheses, may hold anything; what follows are the fields from the third on.
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(new Stat(fields[0].charAt(0), Long.parseLong(fields[1]), fields[19]));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
