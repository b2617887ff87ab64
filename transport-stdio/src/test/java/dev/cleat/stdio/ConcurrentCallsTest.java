// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that a server runs at the same time, up to its limits. */
class ConcurrentCallsTest extends ServerOverStreams {
  @Test
  void aSleepingToolDelaysNoCallNoPingAndNoCancellation() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    CountDownLatch dozing = new CountDownLatch(1);
    RawPeer peer =
        peerOf(
            ECHO,
            tool(
                "sleep",
                (call, context) -> {
                  wake.await();
                  return ToolResult.text("awake");
                }),
            tool(
                "doze",
                (call, context) -> {
                  dozing.countDown();
                  try {
                    wake.await();
                  } catch (InterruptedException e) {
                    interrupted.complete(context.cancelled());
                    throw e;
                  }
                  return ToolResult.text("awake");
                }));

    peer.call(1, "sleep", "{}");
    peer.call(2, "echo", "{\"a\":1}");
    peer.call(3, "doze", "{}");
    assertThat(peer.next().get("id")).isEqualTo(2L);
    assertThat(peer.untilFence()).isEmpty();
    assertThat(dozing.await(10, TimeUnit.SECONDS)).isTrue();
    peer.cancel(3);
    assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    peer.call(4, "echo", "{}");
    assertThat(peer.next().get("id")).isEqualTo(4L);
    wake.countDown();

    assertThat(textOf(peer.next())).isEqualTo("awake");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void manySlowCallsRunAtTheSameTimeAndOnFewReaders() throws Exception {
    int calls = 200;
    CountDownLatch wake = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    RawPeer peer =
        peerOf(
            ECHO,
            tool(
                "sleep",
                (call, context) -> {
                  begun.release();
                  wake.await();
                  return ToolResult.text("awake");
                }));

    for (int i = 0; i < calls; i++) {
      peer.call(i, "sleep", "{}");
    }
    assertThat(begun.tryAcquire(calls, 20, TimeUnit.SECONDS)).isTrue();
    long readers =
        LeaksNothing.threads().stream().filter(t -> t.getName().contains("-reader-")).count();
    assertThat(peer.untilFence()).isEmpty();
    wake.countDown();
    List<Object> ids = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      ids.add(peer.next().get("id"));
    }

    assertThat(ids).doesNotHaveDuplicates().hasSize(calls);
    assertThat(readers).as("threads that read").isLessThan(20);
  }

  @Test
  void aCancelledCallHasNoResponseWhateverItsHandlerDoes() throws Exception {
    Semaphore begun = new Semaphore(0);
    Semaphore go = new Semaphore(0);
    RawPeer peer =
        peerOf(
            tool(
                "stubborn",
                (call, context) -> {
                  begun.release();
                  go.acquireUninterruptibly();
                  context.progress(1, 2, "nobody hears this");
                  return ToolResult.text(String.valueOf(context.cancelled()));
                }),
            tool(
                "fails",
                (call, context) -> {
                  begun.release();
                  new CountDownLatch(1).await();
                  return ToolResult.text("never");
                }));

    peer.request(1, "tools/call", "\"name\":\"stubborn\",\"_meta\":{\"progressToken\":9}");
    peer.call("two", "fails", "{}");
    assertThat(begun.tryAcquire(2, 10, TimeUnit.SECONDS)).isTrue();
    peer.cancel(1);
    peer.cancel("two");
    peer.cancel(77);
    peer.cancel(null);
    assertThat(peer.untilFence()).isEmpty();
    go.release(2);
    peer.call(2, "stubborn", "{}");

    assertThat(textOf(peer.next())).isEqualTo("false");
    assertThat(peer.untilFence()).isEmpty();
  }

  @Test
  void aCallThatWaitsForAThreadIsCancelledBeforeItRuns() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch wake = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    Limits limits = Limits.builder().maxHandlerThreads(1).build();
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tool(
                        tool(
                            "sleep",
                            (call, context) -> {
                              runs.incrementAndGet();
                              begun.release();
                              wake.await();
                              return ToolResult.text("awake");
                            })),
                limits)
            .initialized();
    peer.call(1, "sleep", "{}");
    assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    assertThat(peer.untilFence()).isEmpty();
    peer.call(2, "sleep", "{}");
    peer.call(3, "sleep", "{}");
    assertThat(begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    peer.cancel(3);
    assertThat(peer.untilFence()).isEmpty();

    wake.countDown();

    assertThat(List.of(peer.next().get("id"), peer.next().get("id")))
        .containsExactlyInAnyOrder(1L, 2L);
    assertThat(peer.untilFence()).isEmpty();
    assertThat(runs.get()).as("without virtual threads the third waits").isBetween(2, 3);
  }

  @Test
  void anIdIsRefusedWhileItsCallRunsAndFreeAfterwards() throws Exception {
    Semaphore wake = new Semaphore(0);
    RawPeer peer =
        peerOf(
            tool(
                "sleep",
                (call, context) -> {
                  wake.acquire();
                  return ToolResult.text("awake");
                }));

    peer.call(1, "sleep", "{}");
    peer.call(1, "sleep", "{}");
    peer.call("1", "sleep", "{}");
    Map<String, Object> refusal = peer.next();
    wake.release(2);
    List<Map<String, Object>> answers = List.of(peer.next(), peer.next());
    wake.release();
    peer.call(1, "sleep", "{}");

    assertThat(code(refusal)).isEqualTo(-32600L);
    assertThat(refusal.toString()).contains("still running");
    assertThat(answers).extracting(a -> a.get("id")).containsExactlyInAnyOrder(1L, "1");
    assertThat(textOf(peer.next())).isEqualTo("awake");
  }

  @Test
  void moreCallsThanTheLimitAreRefusedAndSayThatTheyWereNotExecuted() throws Exception {
    Semaphore wake = new Semaphore(0);
    AtomicInteger runs = new AtomicInteger();
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tool(
                        tool(
                            "sleep",
                            (call, context) -> {
                              runs.incrementAndGet();
                              wake.acquire();
                              return ToolResult.text("awake");
                            })),
                Limits.builder().maxCallsInFlight(3).build())
            .initialized();

    for (int i = 0; i < 5; i++) {
      peer.call(i, "sleep", "{}");
    }
    List<Map<String, Object>> refusals = peer.next(2);
    wake.release(4);
    List<Map<String, Object>> answers = List.of(peer.next(), peer.next(), peer.next());
    peer.call(9, "sleep", "{}");

    assertThat(refusals).extracting(ServerOverStreams::code).containsExactly(-31001L, -31001L);
    assertThat(answers).allMatch(a -> textOf(a).equals("awake"));
    assertThat(textOf(peer.next())).isEqualTo("awake");
    assertThat(runs).hasValue(4);
  }
}
