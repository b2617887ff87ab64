// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import dev.cleat.Tool;
import dev.cleat.registry.McpRegistry;
import dev.cleat.registry.RegistrySnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A registry of many namespaces with ten tools each: listing all tools, and replacing a client. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class NamespacesBenchmark {
  private static final int TOOLS = 10;

  /** How many namespaces the registry holds. */
  @Param({"10", "1000"})
  public int namespaces;

  private final McpRegistry registry = McpRegistry.create();
  private int next;

  /** Made by JMH. */
  public NamespacesBenchmark() {}

  /** Fills the registry. */
  @Setup
  public void open() {
    for (int i = 0; i < namespaces; i++) {
      registry.register("bench" + i, Servers.withTools(TOOLS));
    }
  }

  /** Ends everything. */
  @TearDown
  public void close() {
    registry.close();
  }

  /** All tools of all namespaces. */
  @Benchmark
  public List<Tool> tools() {
    return registry.tools();
  }

  /** Everything there is to see. */
  @Benchmark
  public RegistrySnapshot snapshot() {
    return registry.snapshot();
  }

  /** A client more in the place of another, each time in the next namespace. */
  @Benchmark
  public void replace() {
    registry.register("bench" + next, Servers.withTools(TOOLS));
    next = (next + 1) % namespaces;
  }
}
