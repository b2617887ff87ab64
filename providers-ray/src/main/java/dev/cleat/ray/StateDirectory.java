// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.FailureKind;
import dev.cleat.ToolFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which the clusters of one user are written down, for all JVMs of that user: a
 * file with the record of each, and one with its token.
 *
 * <p>Who changes a cluster holds its lock: one byte of the file {@code lock}, chosen by the name of
 * the cluster. The kernel releases it when the JVM ends, however it does, so none is left behind.
 *
 * <p><b>Threads.</b> Any number at once. <b>Life cycle.</b> There is one for a directory in a JVM,
 * because closing a file releases all locks that the JVM has on it; {@link #leave} counts.
 */
final class StateDirectory {
  private static final String RECORD = ".json";
  private static final String TOKEN = ".token";
  // A record of a hundred nodes has 30 KB.
  private static final int RECORD_BYTES = 1 << 20;
  private static final long POLL_MILLIS = 50;

  // Guarded by itself.
  private static final Map<Path, StateDirectory> OPEN = new HashMap<>();

  private final Path directory;
  private final Set<Long> held = new HashSet<>();
  // Opened with the first lock; guarded by the set of those that are held.
  private @Nullable FileChannel lockFile;
  private int users;

  private StateDirectory(Path directory) {
    this.directory = directory;
  }

  /** The right to change one cluster, for as long as it is open. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Opens it. The directory is made when something is to be written. */
  static StateDirectory open(Path wanted) {
    Path directory = wanted.toAbsolutePath().normalize();
    synchronized (OPEN) {
      StateDirectory there = OPEN.computeIfAbsent(directory, StateDirectory::new);
      there.users++;
      return there;
    }
  }

  /** Begins to give it back; says whether nobody else in this JVM has it open. */
  boolean leave() {
    synchronized (OPEN) {
      users--;
      return users == 0;
    }
  }

  /** Has been given back: it is closed unless somebody has opened it meanwhile. */
  void close() {
    synchronized (OPEN) {
      if (users > 0 || !OPEN.remove(directory, this)) {
        return;
      }
    }
    synchronized (held) {
      try {
        if (lockFile != null) {
          lockFile.close();
        }
      } catch (IOException e) {
        // Its locks are released by the kernel at the latest when this JVM ends.
      }
      lockFile = null;
    }
  }

  /**
   * The right to change the cluster of that name, if nobody has it.
   *
   * @throws ToolFailure when the directory cannot be used
   */
  Optional<Held> tryLock(String name) {
    long at = place(name);
    synchronized (held) {
      if (held.contains(at)) {
        return Optional.empty();
      }
      try {
        FileLock lock = lockFile().tryLock(at, 1, false);
        if (lock == null) {
          return Optional.empty();
        }
        held.add(at);
        return Optional.of(() -> release(at, lock));
      } catch (OverlappingFileLockException e) {
        return Optional.empty();
      } catch (IOException e) {
        throw unusable(directory, e);
      }
    }
  }

  /** Whether somebody in this JVM has the right to change the cluster of that name. */
  boolean isHeldHere(String name) {
    synchronized (held) {
      return held.contains(place(name));
    }
  }

  private static long place(String name) {
    return Integer.toUnsignedLong(name.hashCode());
  }

  private FileChannel lockFile() throws IOException {
    FileChannel open = lockFile;
    if (open == null) {
      OwnFiles.makeDirectories(directory);
      open =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lockFile = open;
    }
    return open;
  }

  /**
   * Waits for the right to change the cluster of that name.
   *
   * @throws ToolFailure {@link FailureKind#CONFLICT} when somebody else keeps it for longer
   */
  Held lock(String name, Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      Optional<Held> lock = tryLock(name);
      if (lock.isPresent()) {
        return lock.get();
      }
      if (System.nanoTime() - end >= 0) {
        throw new ToolFailure(
                FailureKind.CONFLICT,
                "The Ray cluster " + name + " is being changed by another call.",
                "Wait until that is done, and look with list_ray_clusters.")
            .retryable();
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void release(long at, FileLock lock) {
    synchronized (held) {
      try {
        lock.release();
      } catch (IOException e) {
        // Released with the file.
      }
      held.remove(at);
    }
  }

  /** All that is written down, by name; what cannot be read is left out. */
  List<ClusterRecord> records() {
    List<ClusterRecord> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + RECORD)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        record(name.substring(0, name.length() - RECORD.length())).ifPresent(records::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Mostly not there, as nothing was started so far. Whoever starts something is told more.
      return List.of();
    }
    records.sort(Comparator.comparing(ClusterRecord::name));
    return records;
  }

  /** What is written down of the cluster of that name. */
  Optional<ClusterRecord> record(String name) {
    return bytes(recordFile(name))
        .flatMap(ClusterRecord::read)
        .filter(record -> record.name().equals(name));
  }

  /** Whether the name is taken, also by what cannot be read. */
  boolean isTaken(String name) {
    return Files.exists(recordFile(name));
  }

  /** Writes a record down in the place of the one before. */
  void save(ClusterRecord record) {
    write(recordFile(record.name()), record.toJson());
  }

  /** The file of the cluster's token. */
  Path tokenFile(String name) {
    return directory.resolve(name + TOKEN);
  }

  void saveToken(String name, String token) {
    write(tokenFile(name), token.getBytes(StandardCharsets.US_ASCII));
  }

  Optional<String> token(String name) {
    return bytes(tokenFile(name))
        .map(bytes -> new String(bytes, StandardCharsets.US_ASCII).strip())
        .filter(token -> !token.isEmpty());
  }

  /** Forgets the cluster of that name, its token first: nobody needs that one alone. */
  void delete(String name) {
    try {
      Files.deleteIfExists(tokenFile(name));
      Files.deleteIfExists(recordFile(name));
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private Path recordFile(String name) {
    return directory.resolve(name + RECORD);
  }

  private static Optional<byte[]> bytes(Path file) {
    try (var in = Files.newInputStream(file)) {
      return Optional.of(in.readNBytes(RECORD_BYTES));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void write(Path file, byte[] content) {
    try {
      OwnFiles.replace(file, content);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private static ToolFailure unusable(Path directory, IOException e) {
    return new ToolFailure(
            FailureKind.UNAVAILABLE,
            "The directory "
                + directory
                + ", in which local Ray clusters are written down, cannot be used: "
                + e.getClass().getSimpleName()
                + (e.getMessage() == null
                    ? ""
                    : " (" + Wording.oneLine(e.getMessage(), Bounds.QUOTED_CHARS) + ")")
                + ".",
            "Make it a directory on a local disk that this user can write to, or set"
                + " providers.ray.stateDirectory to another one.")
        .causedBy(e);
  }
}
