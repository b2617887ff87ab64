// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.registry.Lease;
import dev.cleat.registry.McpRegistry;
import java.util.Map;
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

/**
 * One call of a tool that answers at once: of the client itself, and through the registry. What the
 * registry adds is the difference.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CallBenchmark {
  /** How many namespaces the registry holds. */
  @Param({"1", "1000"})
  public int namespaces;

  private final McpRegistry registry = McpRegistry.create();
  private final McpClient bare = Servers.quick();
  private final ToolCall bareCall = ToolCall.of(Servers.TOOL, Map.of("word", "done"));
  private ToolCall registryCall = bareCall;

  /** Made by JMH. */
  public CallBenchmark() {}

  /** Fills the registry. */
  @Setup
  public void open() {
    for (int i = 0; i < namespaces; i++) {
      registry.register("bench" + i, Servers.quick());
    }
    registryCall = bareCall.withTool(namespace() + "__" + Servers.TOOL);
  }

  /** Ends everything. */
  @TearDown
  public void close() {
    registry.close();
    bare.close();
  }

  /** The client itself. */
  @Benchmark
  public ToolResult client() {
    return bare.callTool(bareCall);
  }

  /** Through the registry, by name. */
  @Benchmark
  public ToolResult registry() {
    return registry.callTool(registryCall);
  }

  /** Through a lease, taken for this call. */
  @Benchmark
  public ToolResult lease() {
    try (Lease lease = registry.acquire(namespace())) {
      return lease.callTool(bareCall);
    }
  }

  private String namespace() {
    return "bench0";
  }
}
