// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.AsyncToolHandler;
import dev.cleat.CallListener;
import dev.cleat.Limits;
import dev.cleat.Schema;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolCall;
import dev.cleat.ToolHandler;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.Connection;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Clients in front of one server that passes their calls on to several others: every reader of one
 * connection writes to others, and puts off what can be written together. Whatever is left
 * unwritten is a call that is never answered.
 */
class CrossingConnectionsTest {
  private static final int CALLS = 600;
  private static final int IN_FLIGHT = 24;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Thread> serving = new ArrayList<>();

  private static ServedTool tool(String name, ToolHandler handler) {
    Tool tool = Tool.named(name).readOnly().handles(Schema.anyObject(), handler).tool();
    return new ServedTool(tool, handler);
  }

  /** A client of a server in this process, over pipes. */
  private McpClient connected(McpServer server, boolean ownWriter) {
    opened.add(server);
    return McpClient.connect(() -> served(server, ownWriter), Limits.defaults());
  }

  private Connection served(McpServer server, boolean ownWriter) {
    Pipe toServer = new Pipe();
    Pipe toClient = new Pipe();
    Thread thread =
        new Thread(
            () -> {
              try {
                server.serve(Stdio.of(toServer.in(), toClient.out(), Limits.defaults()));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                toClient.close();
              }
            });
    serving.add(thread);
    thread.start();
    opened.add(toServer::close);
    Limits limits = Limits.defaults();
    Outbox outbox =
        ownWriter
            ? Outbox.withWriter(toServer.out(), limits)
            : Outbox.writtenBySenders(toServer.out(), limits);
    return new LineConnection("crossing", toClient.in(), outbox, limits, () -> "it has left");
  }

  private static McpServer behind() {
    return McpServer.builder()
        .tools(
            ToolSet.of(
                tool("echo", (call, context) -> ToolResult.text(text(call))),
                tool(
                    "counts",
                    (call, context) -> {
                      for (int i = 1; i <= 5; i++) {
                        context.progress(i, 5, "");
                      }
                      return ToolResult.text(text(call));
                    }),
                tool(
                    "slow",
                    (call, context) -> {
                      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                      return ToolResult.text(text(call));
                    })))
        .build();
  }

  private static String text(ToolCall call) {
    return String.valueOf(call.arguments().get("text"));
  }

  /** Passes calls on, in two ways that keep no thread and one that blocks the reader. */
  private static McpServer gateway(List<McpClient> behind) {
    AsyncToolHandler passOn = (call, context) -> target(behind, call).callToolAsync(inner(call));
    ToolHandler waits = (call, context) -> target(behind, call).callTool(inner(call));
    AsyncToolHandler holdsUp =
        (call, context) ->
            target(behind, call)
                .callToolAsync(inner(call))
                .thenApply(
                    result -> {
                      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
                      return result;
                    });
    return McpServer.builder()
        .tools(ToolSet.of(tool("pass_on", passOn), tool("wait", waits), tool("hold_up", holdsUp)))
        .build();
  }

  private static McpClient target(List<McpClient> behind, ToolCall call) {
    return behind.get(((Long) call.arguments().get("target")).intValue());
  }

  private static ToolCall inner(ToolCall call) {
    return call.withTool((String) call.arguments().get("tool"));
  }

  @Property(tries = 8, edgeCases = EdgeCasesMode.NONE)
  void everyCallIsAnsweredHoweverReadersAndWritersCross(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int clients,
      @ForAll @IntRange(min = 1, max = 3) int servers)
      throws Exception {
    try {
      List<McpClient> behind =
          Stream.generate(() -> connected(behind(), true)).limit(servers).toList();
      opened.addAll(behind);
      McpServer gateway = gateway(behind);
      List<McpClient> front =
          Stream.generate(() -> connected(gateway, false)).limit(clients).toList();
      opened.addAll(front);

      assertThat(wrong(new Random(seed), front, servers)).isZero();
    } finally {
      closeAll();
    }
  }

  /** Keeps some calls in flight, and counts answers that are not what was asked for. */
  private static int wrong(Random random, List<McpClient> front, int servers) throws Exception {
    Semaphore room = new Semaphore(IN_FLIGHT);
    AtomicInteger wrong = new AtomicInteger();
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }
        };
    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int n = 0; n < CALLS; n++) {
      assertThat(room.tryAcquire(60, TimeUnit.SECONDS)).as("call %s of %s", n, CALLS).isTrue();
      int kind = random.nextInt(100);
      String how = kind < 4 ? "hold_up" : kind < 12 ? "wait" : "pass_on";
      String tool = kind % 25 == 24 ? "slow" : random.nextInt(4) == 0 ? "counts" : "echo";
      String text = n + ":" + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 9_000 : 60));
      Map<String, Object> arguments =
          Map.of("text", text, "tool", tool, "target", (long) random.nextInt(servers));
      calls.add(
          front
              .get(random.nextInt(front.size()))
              .callToolAsync(ToolCall.of(how, arguments).withListener(listener))
              .whenComplete(
                  (result, failure) -> {
                    if (failure != null || !result.text().equals(text)) {
                      wrong.incrementAndGet();
                    }
                    room.release();
                  }));
    }
    CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    return wrong.get();
  }

  @Test
  void aClientThatDoesNotReadHoldsUpNoOther() throws Exception {
    try {
      List<McpClient> behind = List.of(connected(behind(), true));
      opened.addAll(behind);
      McpServer gateway = gateway(behind);
      RawPeer deaf = new RawPeer().servedUnheardBy(gateway);
      opened.add(deaf);
      deaf.request("init", "initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}");
      McpClient front = connected(gateway, false);
      opened.add(front);

      // The answers fill its pipe many times over.
      for (int i = 0; i < 100; i++) {
        deaf.call(
            i,
            "pass_on",
            "{\"text\":\"" + "x".repeat(9_000) + "\",\"tool\":\"echo\",\"target\":0}");
      }

      assertThat(wrong(new Random(1), List.of(front), 1)).isZero();
    } finally {
      closeAll();
    }
  }

  private void closeAll() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    opened.clear();
    for (Thread thread : serving) {
      thread.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(thread.isAlive()).isFalse();
    }
    serving.clear();
  }
}
