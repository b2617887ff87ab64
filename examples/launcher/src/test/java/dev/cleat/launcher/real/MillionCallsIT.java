// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.Schema;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.http.HttpLimits;
import dev.cleat.http.HttpServer;
import dev.cleat.http.HttpTransport;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import dev.cleat.testkit.TestClient;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A million calls, each answered with its own answer, after which there are no more threads, open
 * files and live objects than after the first tenth. Client and server share this process, so both
 * are seen at once.
 */
@ExtendWith(NoLeaks.class)
class MillionCallsIT {
  private static final int CALLS = 1_000_000;
  private static final int CALLERS = 16;

  /** What the collector and the compiler may still owe by then; an entry for each call is 50 MB. */
  private static final long HEAP_NOISE_BYTES = 8 << 20;

  private static McpServer echo() {
    return McpServer.builder()
        .tool(
            Tool.named("echo")
                .readOnly()
                .handles(
                    Schema.anyObject(),
                    (call, context) -> ToolResult.text(Json.print(call.arguments().get("n")))))
        .build();
  }

  @Test
  void overStreamsNothingGrows() throws Exception {
    try (TestClient client = TestClient.inProcess(echo())) {
      nothingGrows(client.client());
    }
  }

  @Test
  void overHttpNothingGrows() throws Exception {
    HttpLimits limits = HttpLimits.builder().maxRequestsPerSecond(1_000_000).build();
    try (HttpServer http = HttpServer.builder(echo()).limits(limits).start();
        McpClient client =
            McpClient.connect(
                () ->
                    new HttpTransport()
                        .open("load", ClientDefinition.url(http.uri() + ""), Limits.defaults()),
                Limits.defaults())) {
      nothingGrows(client);
    }
  }

  private static void nothingGrows(McpClient client) throws Exception {
    call(client, CALLS / 10);
    Footprint before = Footprint.now();

    call(client, CALLS - CALLS / 10);

    Footprint after = Footprint.now();
    assertThat(after.threads).as("threads").isLessThanOrEqualTo(before.threads + CALLERS);
    assertThat(after.files).as("open files").isLessThanOrEqualTo(before.files + CALLERS);
    assertThat(after.heap).as("heap").isLessThan(before.heap + HEAP_NOISE_BYTES);
  }

  private static void call(McpClient client, int calls) throws InterruptedException {
    AtomicLong next = new AtomicLong();
    AtomicLong right = new AtomicLong();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Thread caller =
          new Thread(
              () -> {
                for (long n = next.getAndIncrement(); n < calls; n = next.getAndIncrement()) {
                  ToolResult result = client.callTool(ToolCall.of("echo", Map.of("n", n)));
                  if (result.text().equals(Long.toString(n))) {
                    right.incrementAndGet();
                  }
                }
              },
              "caller");
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(right.get()).isEqualTo(calls);
  }

  private record Footprint(int threads, long files, long heap) {
    static Footprint now() {
      System.gc();
      System.gc();
      return new Footprint(
          ManagementFactory.getThreadMXBean().getThreadCount(),
          ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
              .getOpenFileDescriptorCount(),
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
  }
}
