// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcpsdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.CallListener;
import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.ToolCall;
import dev.cleat.ToolResult;
import dev.cleat.mcp.McpClient;
import dev.cleat.testkit.NoLeaks;
import io.modelcontextprotocol.client.McpSyncClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of calls when time, threads or the SDK's client run out. */
@ExtendWith(NoLeaks.class)
class SdkClientLifeTest {
  private static final long WATCHDOG_SECONDS = 30;

  private static McpSyncClient theirs() {
    return io.modelcontextprotocol.client.McpClient.sync(
            SdkClientTest.transport(DeskServer.BY_CLEAT))
        .requestTimeout(Duration.ofMinutes(1))
        .build();
  }

  /** A call that never ends by itself, once it has certainly begun. */
  private static CompletableFuture<Throwable> waiting(McpClient client) throws Exception {
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Heard<String> begun = new Heard<>();
    CallListener listener =
        new CallListener() {
          @Override
          public boolean wantsProgress() {
            return true;
          }

          @Override
          public void progress(double done, double total, String message) {
            begun.add(message);
          }
        };
    Thread caller =
        new Thread(
            () -> {
              try {
                client.callTool(ToolCall.of("wait", Map.of()).withListener(listener));
              } catch (McpException e) {
                ended.complete(e);
              }
            });
    caller.setDaemon(true);
    caller.start();
    begun.next();
    return ended;
  }

  @Test
  void runsNoMoreCallsThanItHasThreads() throws Exception {
    Limits one = Limits.builder().maxHandlerThreads(1).build();
    McpClient client =
        SdkClient.builder(SdkClientTest.transport(DeskServer.BY_CLEAT)).limits(one).connect();
    CompletableFuture<Throwable> waiting = waiting(client);

    assertThatThrownBy(() -> client.callTool(ToolCall.of("steps", Map.of())))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("There are 1 requests running");
    client.close();

    assertThat(waiting.get(WATCHDOG_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(McpException.OutcomeUnknown.class);
  }

  @Test
  void cancelsACallThatTimedOutAndGetsItsThreadBack() {
    Limits one = Limits.builder().maxHandlerThreads(1).build();
    try (McpClient client =
        SdkClient.builder(SdkClientTest.transport(DeskServer.BY_CLEAT)).limits(one).connect()) {
      ToolCall tooLong = ToolCall.of("wait", Map.of()).withTimeout(Duration.ofMillis(200));

      assertThatThrownBy(() -> client.callTool(tooLong)).isInstanceOf(McpException.TimedOut.class);

      assertThat(callOnceThereIsAThread(client).text()).isEqualTo("interrupted");
    }
  }

  private static ToolResult callOnceThereIsAThread(McpClient client) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
    while (true) {
      try {
        return client.callTool(ToolCall.of("hear_of_interrupt", Map.of()));
      } catch (McpException.NotSent busy) {
        assertThat(System.nanoTime()).as("until there is a thread").isLessThan(deadline);
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void endsWhenTheClientOfTheSdkIsClosedByAnotherHand() throws Exception {
    McpSyncClient theirs = theirs();
    McpClient ours = SdkClient.of(theirs);
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                ours.callTool(ToolCall.of("wait", Map.of()));
              } catch (McpException e) {
                ended.complete(e);
              }
            });
    caller.setDaemon(true);
    caller.start();
    // A request of its own is answered after the one before it has been read.
    while (caller.getState() != Thread.State.TIMED_WAITING
        && caller.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(ours.callTool(ToolCall.of("steps", Map.of())).text()).isEqualTo("walked");

    theirs.closeGracefully();

    assertThat(ended.get(WATCHDOG_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(McpException.OutcomeUnknown.class);
    assertThat(ours.ended().get(WATCHDOG_SECONDS, TimeUnit.SECONDS))
        .isEqualTo("the SDK's client was closed");
    ours.close();
  }
}
