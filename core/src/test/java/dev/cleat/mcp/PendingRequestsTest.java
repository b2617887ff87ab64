// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PendingRequestsTest {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(20);

  /** Keeps what is sent in a queue, from which the test writes it, or does not. */
  private static final class QueueingConnection implements Connection {
    private final BlockingQueue<Message> taken = new LinkedBlockingQueue<>();
    private final AtomicBoolean writes = new AtomicBoolean(true);
    private final AtomicBoolean lost = new AtomicBoolean();

    @Override
    public void start(Receiver receiver) {}

    @Override
    public Receipt send(Message message) {
      if (lost.get()) {
        throw new McpException.NotSent("lost");
      }
      taken.add(message);
      boolean written = writes.get();
      return new Receipt() {
        @Override
        public boolean sent() {
          return written;
        }

        @Override
        public boolean withdraw() {
          return !written && taken.remove(message);
        }
      };
    }

    @Override
    public void close() {}
  }

  private final QueueingConnection connection = new QueueingConnection();
  private final PendingRequests pending = new PendingRequests(connection);

  private Map<String, Object> call(Duration limit) {
    return pending.call(pending.newId(), "the call", "m", Map.of(), limit, true);
  }

  /** Does that as soon as the next request has been taken. */
  private Thread whenTaken(Runnable then) {
    Thread thread =
        new Thread(
            () -> {
              while (connection.taken.isEmpty()) {
                Thread.onSpinWait();
              }
              then.run();
            });
    thread.start();
    return thread;
  }

  @Test
  void anAnswerGoesToItsRequest() throws Exception {
    Thread answering =
        whenTaken(() -> pending.answered(1L, new Message.Response(1L, Map.of("a", 1))));

    assertThat(call(LONG)).isEqualTo(Map.of("a", 1));

    answering.join();
    assertThat(pending.count()).isZero();
    assertThat(pending.lateAnswers()).isZero();
  }

  @Test
  void aTimeOutLeavesNothingBehindAndSaysSoOnce() {
    assertThatThrownBy(() -> call(SHORT))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isTrue());

    assertThat(pending.count()).isZero();
    assertThat(connection.taken)
        .containsExactly(
            new Message.Request(1L, "m", Map.of()),
            new Message.Notification(
                "notifications/cancelled", Map.of("requestId", 1L, "reason", "time-out")));
    pending.answered(1L, new Message.Response(1L, Map.of()));
    pending.answered("1", new Message.Response("1", Map.of()));
    pending.answered(null, new Message.ErrorResponse(Optional.empty(), 1, "", Optional.empty()));
    assertThat(pending.lateAnswers()).isEqualTo(3);
  }

  @Test
  void aTimeOutOfWhatWasNeverWrittenTakesItBackAndTellsNobody() {
    connection.writes.set(false);

    assertThatThrownBy(() -> call(SHORT))
        .isInstanceOfSatisfying(
            McpException.TimedOut.class, e -> assertThat(e.mayHaveExecuted()).isFalse());

    assertThat(connection.taken).isEmpty();
    assertThat(pending.count()).isZero();
  }

  @Test
  void theEndOfTheConnectionTakesBackWhatWasNotWritten() throws Exception {
    connection.writes.set(false);
    Thread ending = whenTaken(() -> pending.end("the process exited"));

    assertThatThrownBy(() -> call(LONG))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("the process exited");

    ending.join();
    assertThat(connection.taken).as("a peer that still reads must not execute it").isEmpty();
    assertThat(pending.count()).isZero();
  }

  @Test
  void theEndOfTheConnectionLeavesTheOutcomeOfWhatWasWrittenUnknown() throws Exception {
    Thread ending = whenTaken(() -> pending.end("the process exited"));

    assertThatThrownBy(() -> call(LONG))
        .isInstanceOf(McpException.OutcomeUnknown.class)
        .hasMessageContaining("the process exited");

    ending.join();
    assertThat(pending.count()).isZero();
  }

  @Test
  void afterTheEndNothingIsSentAnyMore() {
    pending.end("it was closed");

    assertThatThrownBy(() -> call(LONG))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("it was closed");

    assertThat(connection.taken).isEmpty();
    assertThat(pending.count()).isZero();
  }

  @Test
  void anInterruptedCallerStopsWaitingAndStaysInterrupted() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> call(LONG)).isInstanceOf(McpException.Cancelled.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(pending.count()).isZero();
    assertThat(connection.taken).hasSize(2);
  }

  @Test
  void whatCannotBeSentIsNotWaitedFor() {
    connection.lost.set(true);

    assertThatThrownBy(() -> call(LONG)).isInstanceOf(McpException.NotSent.class);

    assertThat(pending.count()).isZero();
  }

  @Test
  void idsAreNeverUsedTwice() {
    assertThat(List.of(pending.newId(), pending.newId(), pending.newId()))
        .doesNotHaveDuplicates()
        .isSorted();
  }
}
