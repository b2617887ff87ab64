// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.ServedTool;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Peers that do not read what a server answers. */
class DeafPeersTest extends ServerOverStreams {
  @Test
  void answersToManyRequestsInOneReadAreNotAllKeptInMemory() throws Exception {
    int requests = 70;
    AtomicInteger runs = new AtomicInteger();
    ToolResult large = ToolResult.text("x".repeat(64 << 10));
    Limits limits = Limits.builder().maxQueuedBytes(256 << 10).maxCallsInFlight(8).build();
    // Each its own tool, because one that was slow once runs elsewhere.
    ServedTool[] tools = new ServedTool[requests];
    Arrays.setAll(
        tools,
        i ->
            tool(
                "large" + i,
                (call, context) -> {
                  runs.incrementAndGet();
                  return large;
                }));
    RawPeer peer = unheardPeerOf(limits, tools);

    StringBuilder many = new StringBuilder();
    for (ServedTool tool : tools) {
      many.append("{\"jsonrpc\":\"2.0\",\"id\":\"")
          .append(tool.name())
          .append("\",\"method\":\"tools/call\",\"params\":{\"name\":\"")
          .append(tool.name())
          .append("\",")
          .append(RawPeer.MODERN)
          .append("}}\n");
    }
    peer.sendBytes(many.toString().getBytes(UTF_8));

    awaitCalm(runs::get);
    assertThat(runs.get()).as("8 calls, and what the queue and the pipe hold").isLessThan(30);
  }

  @Test
  void aPeerThatFloodsAndDoesNotReadHoldsUpItselfAndNotThisProcess() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Limits limits = Limits.builder().maxQueuedBytes(1_024).maxCallsInFlight(8).build();
    RawPeer peer =
        unheardPeerOf(
            limits,
            tool(
                "large",
                (call, context) -> {
                  begun.countDown();
                  go.await();
                  return ToolResult.text("x".repeat(1 << 20));
                }));
    peer.request(1, "tools/call", "\"name\":\"large\"," + RawPeer.MODERN);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    go.countDown();
    Thread flood =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 20_000; i++) {
                  peer.request(i, "ping", "");
                }
              } catch (IOException ended) {
                // as it should be
              }
            });

    flood.start();

    awaitCalm(
        () -> {
          int threads = LeaksNothing.threads().size();
          assertThat(threads).as("threads that peer costs").isLessThan(20);
          return threads;
        });
    peer.close();
    flood.join();
  }

  private RawPeer unheardPeerOf(Limits limits, ServedTool... tools) {
    McpServer server = McpServer.builder().limits(limits).tools(ToolSet.of(tools)).build();
    RawPeer peer = new RawPeer(limits).servedUnheardBy(server);
    opened.add(peer);
    opened.add(server);
    return peer;
  }

  /** Waits until a count stays what it is for far longer than one more takes. */
  private static void awaitCalm(IntSupplier count) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    int before;
    do {
      before = count.getAsInt();
      assertThat(never.await(200, TimeUnit.MILLISECONDS)).isFalse();
    } while (before != count.getAsInt());
  }
}
