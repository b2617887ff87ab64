// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a file may be another one: at once through the folder that it is in, and now and
 * then by its size and times, for file systems that tell nothing and links whose target changes
 * elsewhere. It may do so without need, and never misses a change for longer than one look.
 *
 * <p><b>Threads.</b> One of its own, which calls back.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(FileWatch.class.getName());

  private final Path file;
  private final Duration everySoOften;
  private final Runnable onChange;
  private final Optional<WatchService> service;
  private final Thread thread;
  private volatile boolean closed;

  /** What can be told of a file without reading it. */
  private record Stamp(long size, long modifiedNanos, Optional<Object> key) {}

  /**
   * Begins to watch.
   *
   * @param everySoOften how often it is looked at besides
   * @param onChange told that the file may be another one
   */
  FileWatch(Path file, Duration everySoOften, Runnable onChange) {
    this.file = file.toAbsolutePath();
    this.everySoOften = everySoOften;
    this.onChange = onChange;
    service = service();
    thread = new Thread(this::watch, "cleat-config-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private Optional<WatchService> service() {
    try {
      return Optional.of(file.getFileSystem().newWatchService());
    } catch (IOException | UnsupportedOperationException e) {
      // Some systems give out only a few of them.
      LOG.log(Level.INFO, () -> file + " is only looked at now and then: " + e);
      return Optional.empty();
    }
  }

  private void watch() {
    Optional<Stamp> last = stamp();
    Optional<WatchKey> folder = Optional.empty();
    try {
      while (!closed) {
        boolean touched = false;
        if (folder.filter(WatchKey::isValid).isPresent()) {
          touched = await();
        } else {
          folder = register();
          // What has happened before it was there is seen by the stamp.
          touched = folder.isEmpty() && await();
        }
        Optional<Stamp> now = stamp();
        if (touched || !now.equals(last)) {
          last = now;
          onChange.run();
        }
      }
    } catch (InterruptedException | ClosedWatchServiceException end) {
      // It is closed.
    }
  }

  /** The folder may be missing, and may come back. */
  private Optional<WatchKey> register() {
    Path folder = file.getParent();
    if (service.isEmpty() || folder == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          folder.register(
              service.get(),
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Waits for something to happen, or until it is time to look; true when something has. */
  private boolean await() throws InterruptedException {
    if (service.isEmpty()) {
      TimeUnit.NANOSECONDS.sleep(everySoOften.toNanos());
      return false;
    }
    WatchKey key = service.get().poll(everySoOften.toNanos(), TimeUnit.NANOSECONDS);
    boolean touched = false;
    while (key != null) {
      for (WatchEvent<?> event : key.pollEvents()) {
        touched |= isAbout(event);
      }
      boolean unused = key.reset();
      key = service.get().poll();
    }
    return touched;
  }

  private boolean isAbout(WatchEvent<?> event) {
    // An overflow has no name; a link may lead through anything that is in the folder.
    return !(event.context() instanceof Path name)
        || name.equals(file.getFileName())
        || Files.isSymbolicLink(file);
  }

  private Optional<Stamp> stamp() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(
              found.size(),
              found.lastModifiedTime().to(TimeUnit.NANOSECONDS),
              Optional.ofNullable(found.fileKey())));
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    } catch (IOException unreadable) {
      LOG.log(Level.DEBUG, () -> file + " cannot be looked at: " + unreadable);
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    service.ifPresent(
        watching -> {
          try {
            watching.close();
          } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "A watch could not be closed: " + e);
          }
        });
  }
}
