// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.registry.McpRegistry;
import dev.cleat.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients of the SDK in a registry. */
@ExtendWith(NoLeaks.class)
class RegisteredClientsTest {
  private static final long WATCHDOG_SECONDS = 60;

  private final McpRegistry registry = McpRegistry.create();

  @AfterEach
  void close() {
    registry.close();
  }

  private static McpClient client() {
    return SdkClient.builder(SdkClientTest.transport(DeskServer.BY_CLEAT)).connect();
  }

  @Test
  void servesUnderItsNamespace() throws Exception {
    registry.register("desk", client());

    assertThat(Desk.names(registry.tools())).contains("desk__echo", "desk__rich");
    assertThat(registry.callTool("desk__echo", Map.of("word", "hi")).text()).contains("hi");
    assertThat(registry.callTool("desk__rich", Map.of())).isEqualTo(Desk.rich());
  }

  @Test
  void losesNoCallWhileItIsReplaced() throws Exception {
    registry.register("desk", client());
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch calling = new CountDownLatch(3);
    ExecutorService callers = Executors.newFixedThreadPool(3);
    List<Future<Integer>> counts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String name = "caller" + i;
      counts.add(callers.submit(() -> callUntil(over, calling, name)));
    }
    assertThat(calling.await(WATCHDOG_SECONDS, TimeUnit.SECONDS)).isTrue();

    for (int round = 0; round < 3; round++) {
      registry.register("desk", client());
    }
    over.set(true);

    for (Future<Integer> count : counts) {
      assertThat(count.get(WATCHDOG_SECONDS, TimeUnit.SECONDS)).isPositive();
    }
    callers.shutdown();
    assertThat(callers.awaitTermination(WATCHDOG_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private int callUntil(AtomicBoolean over, CountDownLatch calling, String name) {
    int count = 0;
    while (!over.get()) {
      String word = name + "-" + count;
      ToolResult result = echo(word);
      assertThat(((ToolResult.Success) result).as(Desk.Echoed.class).word()).isEqualTo(word);
      count++;
      calling.countDown();
    }
    return count;
  }

  /** The SDK's queue refuses what several threads send at once; that call has not been made. */
  private ToolResult echo(String word) {
    while (true) {
      try {
        return registry.callTool(ToolCall.of("desk__echo", Map.of("word", word)));
      } catch (McpException.NotSent refused) {
        Thread.onSpinWait();
      }
    }
  }
}
