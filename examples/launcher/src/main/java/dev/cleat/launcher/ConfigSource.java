// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.Namespace;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.spi.ClientSource;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ToolProvider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The upstream servers of a configuration file, which is read again whenever it has changed. It
 * counts as a whole: one that is broken, half written or gone changes nothing, and is reported once
 * it has stayed so for a moment.
 *
 * <p>Nothing is wanted before {@link #begin}.
 *
 * <p><b>Threads.</b> Any thread may call any method. Files are read, and listeners told, by one
 * thread of its own.
 */
final class ConfigSource implements ClientSource {
  private static final Logger LOG = System.getLogger(ConfigSource.class.getName());

  /**
   * How it is watched.
   *
   * @param quiet how long a writer may take between two writes
   * @param broken how long a file may be broken before that is reported
   * @param look how often it is looked at where nothing tells of changes
   */
  record Pace(Duration quiet, Duration broken, Duration look) {
    static final Pace USUAL =
        new Pace(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(5));
  }

  /** Reads the file, whatever is in it now. */
  interface Reading {
    /**
     * Reads the bytes.
     *
     * @throws ConfigException when that cannot be
     */
    byte[] bytes();

    /**
     * Understands them.
     *
     * @throws ConfigException when they are no configuration
     */
    CleatConfig parse(byte[] utf8);
  }

  private record NoFile() implements Reading {
    @Override
    public byte[] bytes() {
      return new byte[0];
    }

    @Override
    public CleatConfig parse(byte[] utf8) {
      return CleatConfig.DEFAULTS;
    }
  }

  private final String name;
  private final Optional<Path> file;
  private final Reading reading;
  private final Pace pace;
  private final Changes changes;
  private final List<Consumer<Map<Namespace, ClientDefinition>>> listeners =
      new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService checks =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "cleat-config");
            thread.setDaemon(true);
            return thread;
          });

  private volatile CleatConfig current;
  private volatile boolean begun;
  private volatile @Nullable FileWatch watch;

  // Whether a check is due already; guarded by this.
  private boolean due;

  // Touched by the thread of the checks alone: what was understood last, what was broken when it
  // was looked at last, and what was reported.
  private byte[] understood;
  private byte @Nullable [] suspect;
  private long suspectSince;
  private String reported = "";

  /** Who has to know what becomes of the file; called by the thread of the checks. */
  interface Changes {
    /** There is another configuration; the listeners of the servers have heard of it. */
    void changed(CleatConfig before, CleatConfig now);

    /** The file cannot be used; what was read last stays in force. */
    void broken(String why);
  }

  /**
   * @param file what to watch; when absent, nothing ever changes
   * @param current what is in it
   * @param bytes the bytes that this was read from
   */
  ConfigSource(
      String name,
      Optional<Path> file,
      CleatConfig current,
      byte[] bytes,
      Reading reading,
      Pace pace,
      Changes changes) {
    this.name = name;
    this.file = file;
    this.current = current;
    understood = bytes.clone();
    this.reading = reading;
    this.pace = pace;
    this.changes = changes;
  }

  /**
   * Reads the file, if there is one; else the defaults hold, and nothing is watched.
   *
   * @throws ConfigException when it cannot be used
   */
  static ConfigSource open(
      Optional<Path> file, Host host, Map<String, ToolProvider> known, Pace pace, Changes changes) {
    if (file.isEmpty()) {
      byte[] nothing = {};
      return new ConfigSource(
          "the defaults", file, CleatConfig.DEFAULTS, nothing, new NoFile(), pace, changes);
    }
    Path path = file.get();
    Reading reading =
        new Reading() {
          @Override
          public byte[] bytes() {
            return CleatConfig.bytes(path, host);
          }

          @Override
          public CleatConfig parse(byte[] utf8) {
            return CleatConfig.of(path, utf8, host, known);
          }
        };
    byte[] bytes = reading.bytes();
    return new ConfigSource(
        host.shown(path), file, reading.parse(bytes), bytes, reading, pace, changes);
  }

  @Override
  public String name() {
    return name;
  }

  /** What was read last. */
  CleatConfig current() {
    return current;
  }

  @Override
  public Map<Namespace, ClientDefinition> desired() {
    return begun ? servers(current) : Map.of();
  }

  static Map<Namespace, ClientDefinition> servers(CleatConfig config) {
    Map<Namespace, ClientDefinition> servers = new LinkedHashMap<>();
    config.servers().forEach(server -> servers.put(server.namespace(), server.definition()));
    return servers;
  }

  @Override
  public void onChange(Consumer<Map<Namespace, ClientDefinition>> listener) {
    listeners.add(listener);
  }

  /** From here on the servers are wanted, and the file is watched. */
  void begin() {
    begun = true;
    tell();
    file.ifPresent(
        path -> {
          watch = new FileWatch(path, pace.look(), this::touched);
          // It may have changed since it was read and before it was watched.
          touched();
        });
  }

  /** Reads the file soon, and reports at once if it cannot be used. */
  void reload() {
    submit(() -> check(true), Duration.ZERO);
  }

  private void touched() {
    synchronized (this) {
      if (due) {
        return;
      }
      due = true;
    }
    submit(
        () -> {
          synchronized (this) {
            due = false;
          }
          check(false);
        },
        pace.quiet());
  }

  private void submit(Runnable check, Duration delay) {
    try {
      var unused =
          checks.schedule(
              () -> {
                try {
                  check.run();
                } catch (RuntimeException | Error e) {
                  LOG.log(Level.ERROR, () -> name + " could not be read again", e);
                }
              },
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // Nobody wants to know any more.
    }
  }

  private void check(boolean asked) {
    byte[] bytes = {};
    try {
      bytes = reading.bytes();
      boolean same = Arrays.equals(bytes, understood);
      if (same && !asked) {
        suspect = null;
        reported = "";
        return;
      }
      apply(reading.parse(bytes), bytes);
    } catch (ConfigException e) {
      broken(bytes, String.valueOf(e.getMessage()), asked);
    }
  }

  private void apply(CleatConfig now, byte[] bytes) {
    CleatConfig before = current;
    understood = bytes;
    suspect = null;
    reported = "";
    if (!now.equals(before)) {
      current = now;
      tell();
      changes.changed(before, now);
    }
  }

  /** A writer may just be at it; who asks wants to know at once. */
  private void broken(byte[] bytes, String why, boolean asked) {
    long now = System.nanoTime();
    if (!Arrays.equals(bytes, suspect)) {
      suspect = bytes;
      suspectSince = now;
      submit(() -> check(false), pace.broken());
    }
    boolean stays = now - suspectSince >= pace.broken().toNanos();
    if (asked || (stays && !why.equals(reported))) {
      reported = why;
      changes.broken(why);
    }
  }

  private void tell() {
    Map<Namespace, ClientDefinition> wanted = desired();
    listeners.forEach(listener -> listener.accept(wanted));
  }

  @Override
  public void close() {
    FileWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    checks.shutdownNow();
  }
}
