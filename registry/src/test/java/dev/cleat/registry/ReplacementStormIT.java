// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.ServedTool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.spi.ToolSet;
import dev.cleat.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A million calls during ten thousand replacements, each executed once and answered once, with its
 * own answer. The servers are in this process and count what they execute under each number. Takes
 * less than a minute.
 */
@ExtendWith(NoLeaks.class)
class ReplacementStormIT {
  private static final int CALLS = 1_000_000;
  private static final int REPLACEMENTS = 10_000;
  private static final int CALLS_TO_A_REPLACEMENT = CALLS / REPLACEMENTS;
  private static final int CALLERS = 8;

  /**
   * How far either side may run ahead, in replacements: enough that neither waits for the other.
   */
  private static final int AHEAD = 4;

  /** One call in so many lets other threads run in its middle, and so outlives a replacement. */
  private static final int ONE_IN = 50;

  /** What one namespace may keep of ten thousand clients that are gone: nothing but noise. */
  private static final long HEAP_NOISE_BYTES = 8 << 20;

  private final AtomicIntegerArray executed = new AtomicIntegerArray(CALLS);
  private final AtomicIntegerArray answered = new AtomicIntegerArray(CALLS);
  private final AtomicInteger usesAfterClose = new AtomicInteger();
  private final AtomicInteger closings = new AtomicInteger();
  private final AtomicInteger next = new AtomicInteger();
  private final Semaphore callsAllowed = new Semaphore(0);
  private final Semaphore replacementsAllowed = new Semaphore(AHEAD);

  /** Executes a call, and says under which number. */
  private McpClient server() {
    AtomicBoolean closed = new AtomicBoolean();
    return McpClient.of(
        "storm",
        ToolSet.of(
            List.of(
                new ServedTool(
                    FakeClient.tool("count"),
                    (call, context) -> {
                      int number = (Integer) call.arguments().get("number");
                      executed.incrementAndGet(number);
                      if (number % ONE_IN == 0) {
                        Thread.yield();
                      }
                      if (closed.get()) {
                        usesAfterClose.incrementAndGet();
                      }
                      return ToolResult.text(Integer.toString(number));
                    })),
            () -> {
              closed.set(true);
              closings.incrementAndGet();
            }));
  }

  @Test
  void aMillionCallsDuringTenThousandReplacementsAreAnsweredOnceEach() throws Exception {
    long before;
    try (McpRegistry registry = McpRegistry.create();
        Aside aside = new Aside()) {
      registry.register("storm", server());
      before = liveBytes();
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(aside.run(() -> call(registry)));
      }

      for (int i = 0; i < REPLACEMENTS; i++) {
        assertThat(replacementsAllowed.tryAcquire(Aside.WATCHDOG_SECONDS, TimeUnit.SECONDS))
            .as("calls go on")
            .isTrue();
        callsAllowed.release(CALLS_TO_A_REPLACEMENT);
        registry.register("storm", server());
      }
      // So that those who wait for a call that there is not find out.
      callsAllowed.release(CALLERS);
      for (Future<Void> caller : callers) {
        Aside.get(caller);
      }

      Aside.until("only the last is left", () -> closings.get() == REPLACEMENTS);
      assertThat(liveBytes()).as("live heap").isLessThan(before + HEAP_NOISE_BYTES);
      assertThat(registry.snapshot().clients()).hasSize(1);
    }

    for (int number = 0; number < CALLS; number++) {
      assertThat(executed.get(number)).as("executions of %s", number).isEqualTo(1);
      assertThat(answered.get(number)).as("answers of %s", number).isEqualTo(1);
    }
    assertThat(usesAfterClose).hasValue(0);
    assertThat(closings).hasValue(REPLACEMENTS + 1);
  }

  private void call(McpRegistry registry) throws InterruptedException {
    while (true) {
      callsAllowed.acquire();
      int number = next.getAndIncrement();
      if (number >= CALLS) {
        return;
      }
      ToolResult answer = registry.callTool(ToolCall.of("storm__count", Map.of("number", number)));
      answered.incrementAndGet(Integer.parseInt(answer.text()));
      if (number % CALLS_TO_A_REPLACEMENT == 0) {
        replacementsAllowed.release();
      }
    }
  }

  private static long liveBytes() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
