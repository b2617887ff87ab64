// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Limits;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpServer;
import dev.cleat.spi.ToolSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of calls when the input or the server ends. */
class ServerEndingTest extends ServerOverStreams {
  @Test
  void theEndOfTheInputLetsRunningCallsBeAnswered() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    RawPeer peer =
        peerOf(
            tool(
                "sleep",
                (call, context) -> {
                  begun.release();
                  wake.await();
                  return ToolResult.text("awake");
                }));
    for (int i = 0; i < 10; i++) {
      peer.call(i, "sleep", "{}");
    }
    assertThat(begun.tryAcquire(10, 10, TimeUnit.SECONDS)).isTrue();

    peer.endInput();
    wake.countDown();

    assertThat(peer.untilEnd()).hasSize(10).allMatch(a -> textOf(a).equals("awake"));
  }

  @Test
  void closingTheServerLetsRunningCallsFinishAndRefusesNewOnes() throws Exception {
    CountDownLatch wake = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger closings = new AtomicInteger();
    McpServer server =
        McpServer.builder()
            .tools(
                ToolSet.of(
                    List.of(
                        tool(
                            "sleep",
                            (call, context) -> {
                              begun.countDown();
                              wake.await();
                              return ToolResult.text("closed " + closings.get());
                            })),
                    closings::incrementAndGet))
            .build();
    RawPeer peer = new RawPeer().servedBy(server).initialized();
    opened.add(peer);
    peer.call(1, "sleep", "{}");
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    Thread closer = new Thread(server::close);
    closer.start();
    Map<String, Object> refusal;
    do {
      peer.call(2, "nothing", "{}");
      refusal = peer.next();
    } while (code(refusal).equals(-32602L));
    wake.countDown();

    assertThat(code(refusal)).isEqualTo(-31000L);
    assertThat(peer.untilEnd()).singleElement().matches(a -> textOf(a).equals("closed 0"));
    closer.join();
    server.close();
    assertThat(closings).hasValue(1);
  }

  @Test
  void aCallThatOutlivesTheGraceTimeIsInterruptedAndToldToItsCaller() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    RawPeer peer =
        peerOf(
                McpServer.builder()
                    .tool(
                        tool(
                            "sleep",
                            (call, context) -> {
                              begun.countDown();
                              try {
                                new CountDownLatch(1).await();
                              } finally {
                                interrupted.countDown();
                              }
                              return ToolResult.text("never");
                            })),
                Limits.builder().shutdownGrace(Duration.ofMillis(50)).build())
            .initialized();
    peer.call(1, "sleep", "{}");
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    opened.get(1).close();

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(peer.untilEnd())
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.get("id")).isEqualTo(1L);
              assertThat(code(answer)).isEqualTo(-31000L);
              assertThat(answer.toString()).contains("may have been executed in part");
            });
  }
}
