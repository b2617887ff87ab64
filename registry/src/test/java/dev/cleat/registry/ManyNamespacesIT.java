// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A thousand namespaces at once, which come, are called, replaced and go. */
@ExtendWith(NoLeaks.class)
class ManyNamespacesIT {
  private static final long SEED = 20_261_121L;
  private static final int NAMESPACES = 1_000;
  private static final int TOOLS = 5;
  private static final int REPLACEMENTS = 2_000;
  private static final int CALLERS = 4;

  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  private McpClient server(String name) {
    opened.incrementAndGet();
    List<ServedTool> tools = new ArrayList<>();
    for (int i = 0; i < TOOLS; i++) {
      tools.add(
          new ServedTool(FakeClient.tool("who" + i), (call, context) -> ToolResult.text(name)));
    }
    return McpClient.of(name, ToolSet.of(tools, closed::incrementAndGet));
  }

  private static String name(int namespace) {
    return "server" + namespace;
  }

  @Test
  void aThousandNamespacesAnswerEachForItselfWhileTheyAreReplaced() throws Exception {
    Random random = new Random(SEED);
    int threads = Thread.activeCount();
    int calls = 0;
    try (McpRegistry registry = McpRegistry.create();
        Aside aside = new Aside()) {
      for (int i = 0; i < NAMESPACES; i++) {
        registry.register(name(i), server(name(i)));
      }
      assertThat(registry.tools()).hasSize(NAMESPACES * TOOLS);
      assertThat(registry.snapshot().clients()).hasSize(NAMESPACES);
      // Idle namespaces have no thread of their own.
      assertThat(Thread.activeCount()).isLessThan(threads + 20);

      AtomicBoolean enough = new AtomicBoolean();
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random choice = new Random(SEED + i);
        callers.add(aside.call(() -> callUntil(enough, registry, choice)));
      }
      for (int i = 0; i < REPLACEMENTS; i++) {
        String name = name(random.nextInt(NAMESPACES));
        registry.register(name, server(name));
      }
      enough.set(true);
      for (Future<Integer> caller : callers) {
        calls += Aside.get(caller);
      }

      assertThat(registry.tools()).hasSize(NAMESPACES * TOOLS);
      for (int i = 0; i < NAMESPACES; i++) {
        assertThat(registry.unregister(name(i))).isTrue();
      }
      assertThat(registry.tools()).isEmpty();
      Aside.until("all are closed", () -> closed.get() == NAMESPACES + REPLACEMENTS);
    }

    assertThat(calls).isPositive();
    assertThat(closed).hasValue(opened.get());
  }

  private static int callUntil(AtomicBoolean enough, McpRegistry registry, Random choice) {
    int calls = 0;
    while (!enough.get()) {
      String name = name(choice.nextInt(NAMESPACES));
      String answer = registry.callTool(name + "__who" + choice.nextInt(TOOLS), Map.of()).text();
      assertThat(answer).isEqualTo(name);
      calls++;
    }
    return calls;
  }
}
