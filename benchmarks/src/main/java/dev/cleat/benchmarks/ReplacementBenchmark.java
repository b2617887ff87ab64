// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.registry.McpRegistry;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long calls take while their client is replaced again and again, beside the same calls while
 * it is not: look at the percentiles.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(3)
public class ReplacementBenchmark {
  private static final String NAMESPACE = "bench";

  /** How often the client is replaced. */
  @Param({"0", "100"})
  public int replacementsPerSecond;

  /** What a call does: nothing, or some twenty microseconds of work. */
  @Param({"0", "10000"})
  public long work;

  private final McpRegistry registry = McpRegistry.create();
  private final ToolCall call = ToolCall.of(NAMESPACE + "__" + Servers.TOOL, Map.of());
  private final CountDownLatch replacedOnce = new CountDownLatch(1);
  private final FutureTask<Boolean> replacing = new FutureTask<>(this::replace, true);
  private volatile boolean over;

  /** Made by JMH. */
  public ReplacementBenchmark() {}

  /**
   * Begins to replace.
   *
   * @throws InterruptedException when nobody wants to wait for that
   */
  @Setup(Level.Trial)
  public void open() throws InterruptedException {
    registry.register(NAMESPACE, Servers.working(work));
    if (replacementsPerSecond > 0) {
      new Thread(replacing, "replacer").start();
      replacedOnce.await();
    }
  }

  /**
   * Ends everything.
   *
   * @throws Exception when the clients were not replaced, so that something else was measured
   */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    over = true;
    if (replacementsPerSecond > 0) {
      replacing.get();
    }
    registry.close();
  }

  /** One call. */
  @Benchmark
  public ToolResult call() {
    return registry.callTool(call);
  }

  private void replace() {
    long step = TimeUnit.SECONDS.toNanos(1) / replacementsPerSecond;
    long next = System.nanoTime();
    while (!over) {
      try {
        registry.register(NAMESPACE, Servers.working(work));
      } finally {
        replacedOnce.countDown();
      }
      next += step;
      while (!over && System.nanoTime() < next) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
  }
}
