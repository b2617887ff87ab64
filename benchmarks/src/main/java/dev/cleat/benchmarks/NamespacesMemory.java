// SPDX-License-Identifier: Apache-2.0
package dev.cleat.benchmarks;

import dev.cleat.mcp.McpClient;
import dev.cleat.registry.McpRegistry;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Prints what an idle namespace of the registry costs: live heap after a collection with the
 * clients alone, and again with the same clients in a registry. Wants a JVM of its own.
 */
public final class NamespacesMemory {
  private static final int NAMESPACES = 1_000;
  private static final int TOOLS = 10;

  // So that classes and what they hold are not counted.
  private static final int WARM = 50;

  private NamespacesMemory() {}

  /** The first argument, if any, is the number of namespaces. */
  public static void main(String[] arguments) {
    int namespaces = arguments.length > 0 ? Integer.parseInt(arguments[0]) : NAMESPACES;
    print(namespaces, 1, Servers::quick);
    print(namespaces, TOOLS, () -> Servers.withTools(TOOLS));
  }

  private static void print(int namespaces, int tools, Supplier<McpClient> server) {
    measure(WARM, server);
    Result result = measure(namespaces, server);
    System.out.printf(
        Locale.ROOT,
        "%d namespaces of %d tool(s) each: %.1f KiB a namespace in the registry, %.1f KiB a client"
            + " before that, %d threads more%n",
        namespaces,
        tools,
        result.registryBytes() / 1024.0 / namespaces,
        result.clientBytes() / 1024.0 / namespaces,
        result.threads());
  }

  private record Result(long clientBytes, long registryBytes, int threads) {}

  private static Result measure(int namespaces, Supplier<McpClient> server) {
    long empty = liveBytes();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    List<McpClient> clients = new ArrayList<>(namespaces);
    for (int i = 0; i < namespaces; i++) {
      clients.add(server.get());
    }
    long withClients = liveBytes();
    try (McpRegistry registry = McpRegistry.create()) {
      for (int i = 0; i < namespaces; i++) {
        registry.register("bench" + i, clients.get(i));
      }
      holdEach(registry, namespaces);
      long withRegistry = liveBytes();
      return new Result(
          withClients - empty,
          withRegistry - withClients,
          ManagementFactory.getThreadMXBean().getThreadCount() - threads);
    }
  }

  private static void holdEach(McpRegistry registry, int namespaces) {
    for (int i = 0; i < namespaces; i++) {
      registry.acquire("bench" + i).close();
    }
    if (registry.snapshot().clients().size() != namespaces) {
      throw new IllegalStateException("Some of the namespaces are not there.");
    }
  }

  private static long liveBytes() {
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      bytes = Math.min(bytes, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return bytes;
  }
}
