// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Json;
import dev.cleat.Limits;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call answered exactly once, whatever runs at the same time and however long it takes. */
@ExtendWith(LeaksNothing.class)
class StressTest {
  private static final int CALLS_AT_EACH_LEVEL = 20_000;

  private static ServedTool tool(String name, ToolHandler handler) {
    return Tool.named(name).readOnly().handles(Schema.anyObject(), handler);
  }

  /** Counts the lines that go through. */
  private static final class Tap extends FilterOutputStream {
    private final AtomicInteger lines = new AtomicInteger();

    Tap(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int i = offset; i < offset + length; i++) {
        if (bytes[i] == '\n') {
          lines.incrementAndGet();
        }
      }
      out.write(bytes, offset, length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 32, 128})
  void aHundredThousandCallsAreAnsweredExactlyOnceAtAnyConcurrency(int inFlight) throws Exception {
    AtomicInteger runs = new AtomicInteger();
    McpServer server =
        McpServer.builder()
            .tool(
                tool(
                    "echo",
                    (call, context) -> {
                      runs.incrementAndGet();
                      return ToolResult.text(Json.print(call.arguments()));
                    }))
            .build();
    Pipe toServer = new Pipe();
    Pipe toClient = new Pipe();
    Tap answers = new Tap(toClient.out());
    Tap requests = new Tap(toServer.out());
    Thread serving =
        new Thread(
            () -> {
              try {
                server.serve(Stdio.of(toServer.in(), answers, Limits.defaults()));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    serving.start();
    McpClient client =
        McpClient.connect(
            () -> Stdio.of(toClient.in(), requests, Limits.defaults()), Limits.defaults());
    AtomicInteger next = new AtomicInteger();
    List<FutureTask<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < inFlight; i++) {
      callers.add(
          new FutureTask<>(
              () -> {
                int wrong = 0;
                for (int n = next.getAndIncrement();
                    n < CALLS_AT_EACH_LEVEL;
                    n = next.getAndIncrement()) {
                  String answer = client.callTool(ToolCall.of("echo", Map.of("n", n))).text();
                  wrong += answer.equals("{\"n\":" + n + "}") ? 0 : 1;
                }
                return wrong;
              }));
    }

    callers.forEach(caller -> new Thread(caller, "caller").start());
    int wrong = 0;
    for (FutureTask<Integer> caller : callers) {
      wrong += caller.get(120, TimeUnit.SECONDS);
    }
    client.close();
    toServer.close();
    serving.join(20_000);
    toClient.close();
    server.close();

    assertThat(wrong).isZero();
    assertThat(runs).hasValue(CALLS_AT_EACH_LEVEL);
    assertThat(requests.lines).hasValue(CALLS_AT_EACH_LEVEL + 1);
    assertThat(answers.lines).hasValue(CALLS_AT_EACH_LEVEL + 1);
  }

  /**
   * Handlers that take about as long as it takes the watch to give the turn to another reader, each
   * of a tool of its own, so that all run in the thread that read them.
   */
  @Test
  void noMessageIsLostOrReadTwiceWhenTheReaderChanges() throws Exception {
    int requests = 100;
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      ServedTool[] tools = new ServedTool[requests];
      for (int i = 0; i < requests; i++) {
        long nanos =
            (long)
                (random.nextInt(4) == 0
                    ? 400_000 + random.nextInt(800_000)
                    : random.nextInt(100_000));
        tools[i] =
            tool(
                "work" + i,
                (call, context) -> {
                  long end = System.nanoTime() + nanos;
                  while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                  }
                  return ToolResult.text(call.tool());
                });
      }
      try (McpServer server = McpServer.builder().tools(ToolSet.of(tools)).build();
          RawPeer peer = new RawPeer().servedBy(server)) {
        peer.initialized();
        StringBuilder burst = new StringBuilder();
        Object[] ids = new Object[2 * requests];
        for (int i = 0; i < requests; i++) {
          burst.append(request(i, "tools/call", "\"name\":\"work" + i + "\""));
          burst.append(request(requests + i, "ping", ""));
          ids[i] = (long) i;
          ids[requests + i] = (long) requests + i;
          if (random.nextInt(10) == 0) {
            cutSomewhere(peer, burst, random);
          }
        }
        peer.sendBytes(burst.toString().getBytes(UTF_8));

        List<Map<String, Object>> answers = peer.answersTo(ids);

        for (int i = 0; i < requests; i++) {
          assertThat(answers.get(i).toString()).as("seed %s", seed).contains("text=work" + i + "}");
        }
        peer.endInput();
        assertThat(peer.untilEnd()).as("seed %s", seed).isEmpty();
      }
    }
  }

  private static String request(int id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\""
        + method
        + "\",\"params\":{"
        + params
        + "}}\n";
  }

  /** Sends what is there up to any byte, also within a line. */
  private static void cutSomewhere(RawPeer peer, StringBuilder burst, Random random)
      throws IOException {
    int cut = 1 + random.nextInt(burst.length());
    peer.sendBytes(burst.substring(0, cut).getBytes(UTF_8));
    burst.delete(0, cut);
  }
}
