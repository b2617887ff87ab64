// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.cleat.mcp.McpClient;
import dev.cleat.registry.Lease;
import dev.cleat.registry.McpRegistry;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Taking the client of a namespace and giving it back, with 1, 2 and 8 threads on one namespace.
 *
 * <p>Beside it two others, which find their client in a map as well: {@code lock}, where users hold
 * a read lock that whoever replaces the client has to get, so that a replacement waits for all
 * calls and all calls for the replacement; and {@code unprotected}, which only reads, so that a
 * client may be closed under its user. The second is the floor; it is no registry.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LeaseBenchmark {
  private static final String NAMESPACE = "bench";

  private final McpRegistry registry = McpRegistry.create();
  private final McpClient client = Servers.quick();
  private final ConcurrentMap<String, Locked> locked = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, McpClient> unprotected = new ConcurrentHashMap<>();

  /** What somebody might write first. */
  private static final class Locked {
    private final ReentrantReadWriteLock.ReadLock users = new ReentrantReadWriteLock().readLock();
    private final McpClient client;

    private Locked(McpClient client) {
      this.client = client;
    }
  }

  /** Made by JMH. */
  public LeaseBenchmark() {}

  /** Gives every kind the same client. */
  @Setup
  public void open() {
    registry.register(NAMESPACE, client);
    locked.put(NAMESPACE, new Locked(client));
    unprotected.put(NAMESPACE, client);
  }

  /** Ends the registry, and the client with it. */
  @TearDown
  public void close() {
    registry.close();
  }

  /** Nobody else wants the client. */
  @Benchmark
  @Threads(1)
  public long registry1() {
    return lease();
  }

  /** Two threads want the same client. */
  @Benchmark
  @Threads(2)
  public long registry2() {
    return lease();
  }

  /** Eight threads want the same client. */
  @Benchmark
  @Threads(8)
  public long registry8() {
    return lease();
  }

  /** As {@link #registry1}, with a lock. */
  @Benchmark
  @Threads(1)
  public McpClient lock1() {
    return lock();
  }

  /** As {@link #registry2}, with a lock. */
  @Benchmark
  @Threads(2)
  public McpClient lock2() {
    return lock();
  }

  /** As {@link #registry8}, with a lock. */
  @Benchmark
  @Threads(8)
  public McpClient lock8() {
    return lock();
  }

  /** As {@link #registry1}, and nothing protects the client. */
  @Benchmark
  @Threads(1)
  public McpClient unprotected1() {
    return look();
  }

  /** As {@link #registry2}, and nothing protects the client. */
  @Benchmark
  @Threads(2)
  public McpClient unprotected2() {
    return look();
  }

  /** As {@link #registry8}, and nothing protects the client. */
  @Benchmark
  @Threads(8)
  public McpClient unprotected8() {
    return look();
  }

  private long lease() {
    try (Lease lease = registry.acquire(NAMESPACE)) {
      return lease.generation();
    }
  }

  private McpClient lock() {
    Locked now = requireNonNull(locked.get(NAMESPACE));
    now.users.lock();
    try {
      return now.client;
    } finally {
      now.users.unlock();
    }
  }

  private McpClient look() {
    return requireNonNull(unprotected.get(NAMESPACE));
  }
}
