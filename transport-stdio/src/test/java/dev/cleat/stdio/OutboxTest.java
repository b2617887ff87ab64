// SPDX-License-Identifier: Apache-2.0
package dev.cleat.stdio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.Limits;
import dev.cleat.McpException;
import dev.cleat.spi.Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(20);

  private static byte[] line(String text) {
    return text.getBytes(UTF_8);
  }

  /** A stream that lets nothing through until it is told to. */
  private static final class Gate extends OutputStream {
    private final ByteArrayOutputStream through = new ByteArrayOutputStream();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      reached.countDown();
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      through.write(bytes, offset, length);
    }
  }

  private record Sent(String text, Connection.Receipt receipt, boolean withdrawn) {}

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void everyLineOfManySendersIsWrittenOnceInTheOrderOfItsSenderUnlessItWasWithdrawn(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int senders, @ForAll boolean ownWriter)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Limits limits = Limits.builder().maxQueuedBytes(2_000).build();
    Outbox outbox =
        ownWriter ? Outbox.withWriter(out, limits) : Outbox.writtenBySenders(out, limits);
    ExecutorService threads = Executors.newCachedThreadPool();
    if (ownWriter) {
      threads.execute(outbox::writeUntilClosed);
    }
    List<Future<List<Sent>>> sending = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      int sender = i;
      sending.add(
          threads.submit(
              () -> {
                Random random = new Random(seed + sender);
                List<Sent> sent = new ArrayList<>();
                for (int n = 0; n < 200; n++) {
                  String text = sender + ":" + n + ":" + "x".repeat(random.nextInt(50));
                  Connection.Receipt receipt = outbox.add(line(text), null, true);
                  boolean withdrawn = random.nextInt(4) == 0 && receipt.withdraw();
                  if (random.nextInt(3) != 0 || n == 199) {
                    outbox.push();
                  }
                  sent.add(new Sent(text, receipt, withdrawn));
                }
                return sent;
              }));
    }
    List<List<Sent>> all = new ArrayList<>();
    for (Future<List<Sent>> future : sending) {
      all.add(future.get(20, TimeUnit.SECONDS));
    }
    assertThat(outbox.flush()).isTrue();
    assertThat(outbox.finish(LONG)).isTrue();
    threads.shutdown();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();

    List<String> written = out.toString(UTF_8).lines().toList();
    assertThat(written)
        .hasSize((int) all.stream().flatMap(List::stream).filter(s -> !s.withdrawn()).count());
    for (int sender = 0; sender < senders; sender++) {
      String prefix = sender + ":";
      assertThat(written.stream().filter(text -> text.startsWith(prefix)).toList())
          .isEqualTo(all.get(sender).stream().filter(s -> !s.withdrawn()).map(Sent::text).toList());
      assertThat(all.get(sender)).allMatch(s -> s.receipt().sent() != s.withdrawn());
    }
  }

  @Test
  void aLineThatIsBeingWrittenCannotBeWithdrawnAndOneBehindItCan() throws Exception {
    Gate out = new Gate();
    Outbox outbox = Outbox.writtenBySenders(out, Limits.defaults());
    Connection.Receipt first = outbox.add(line("first"), null, true);
    Thread writer = new Thread(outbox::flush);
    writer.start();
    assertThat(out.reached.await(20, TimeUnit.SECONDS)).isTrue();

    Connection.Receipt second = outbox.add(line("second"), null, true);
    Connection.Receipt third = outbox.add(line("third"), null, true);
    boolean firstWithdrawn = first.withdraw();
    boolean secondWithdrawn = second.withdraw();
    boolean secondAgain = second.withdraw();
    out.open.countDown();
    writer.join();

    assertThat(firstWithdrawn).isFalse();
    assertThat(secondWithdrawn).isTrue();
    assertThat(secondAgain).isTrue();
    assertThat(List.of(first.sent(), second.sent(), third.sent()))
        .containsExactly(true, false, true);
    assertThat(out.through.toString(UTF_8)).isEqualTo("first\nthird\n");
  }

  @Test
  void aSenderWaitsForRoomAndGoesOnWhenThereIsSome() throws Exception {
    Gate out = new Gate();
    Outbox outbox = Outbox.writtenBySenders(out, Limits.builder().maxQueuedBytes(1_024).build());
    Thread writer = new Thread(outbox::writeUntilClosed);
    outbox.add(line("first"), null, true);
    writer.start();
    assertThat(out.reached.await(20, TimeUnit.SECONDS)).isTrue();
    outbox.add(line("x".repeat(2_000)), null, true);

    Thread sender = new Thread(() -> outbox.add(line("last"), null, true));
    sender.start();
    assertThat(waits(sender)).isTrue();
    out.open.countDown();
    sender.join();

    assertThat(outbox.finish(LONG)).isTrue();
    assertThat(out.through.toString(UTF_8)).endsWith("x\nlast\n");
    writer.join();
  }

  @Test
  void whatIsWithdrawnMakesRoom() throws Exception {
    Outbox outbox =
        Outbox.writtenBySenders(
            new ByteArrayOutputStream(),
            Limits.builder().maxQueuedBytes(1_024).callTimeout(Duration.ofMillis(50)).build());
    Connection.Receipt large = outbox.add(line("x".repeat(2_000)), null, true);
    assertThatThrownBy(() -> outbox.add(line("y"), null, true))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("The peer does not read: 2001 bytes");

    assertThat(large.withdraw()).isTrue();

    assertThat(outbox.add(line("y"), null, true).sent()).isFalse();
    outbox.close("the test is over");
  }

  @Test
  void whoWaitsForRoomIsToldWhenItClosesAndWhenInterrupted() throws Exception {
    Outbox outbox =
        Outbox.writtenBySenders(
            new ByteArrayOutputStream(), Limits.builder().maxQueuedBytes(1_024).build());
    Connection.Receipt queued = outbox.add(line("x".repeat(2_000)), null, true);
    List<String> told = java.util.Collections.synchronizedList(new ArrayList<>());
    Runnable send =
        () -> {
          try {
            outbox.add(line("y"), null, true);
          } catch (McpException.NotSent e) {
            told.add(e.getMessage());
          }
        };
    Thread interrupted = new Thread(send);
    Thread closed = new Thread(send);
    interrupted.start();
    assertThat(waits(interrupted)).isTrue();
    interrupted.interrupt();
    interrupted.join();
    closed.start();
    assertThat(waits(closed)).isTrue();
    outbox.close("for the test");
    closed.join();

    assertThat(told)
        .containsExactly(
            "The sender was interrupted before there was room.",
            "The connection is closed: for the test");
    assertThat(queued.sent()).isFalse();
    assertThat(queued.withdraw()).isTrue();
  }

  @Test
  void nothingIsTakenOnceItIsBeingFinishedAndWhatIsThereIsStillWritten() throws Exception {
    Gate out = new Gate();
    Outbox outbox = Outbox.writtenBySenders(out, Limits.defaults());
    outbox.add(line("first"), null, true);
    Thread writer = new Thread(outbox::writeUntilClosed);
    writer.start();
    assertThat(out.reached.await(20, TimeUnit.SECONDS)).isTrue();
    outbox.add(line("second"), null, true);
    List<Boolean> finished = java.util.Collections.synchronizedList(new ArrayList<>());
    Thread finisher = new Thread(() -> finished.add(outbox.finish(LONG)));
    finisher.start();
    assertThat(waits(finisher)).isTrue();

    assertThatThrownBy(() -> outbox.add(line("late"), null, true))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("closed");
    out.open.countDown();
    finisher.join();
    writer.join();

    assertThat(finished).containsExactly(true);
    assertThat(out.through.toString(UTF_8)).isEqualTo("first\nsecond\n");
  }

  @Test
  void finishingDoesNotWaitForeverForAPeerThatDoesNotRead() throws Exception {
    Gate out = new Gate();
    Outbox outbox = Outbox.writtenBySenders(out, Limits.defaults());
    Connection.Receipt first = outbox.add(line("first"), null, true);
    Thread writer = new Thread(outbox::writeUntilClosed);
    writer.start();
    assertThat(out.reached.await(20, TimeUnit.SECONDS)).isTrue();
    Connection.Receipt second = outbox.add(line("second"), null, true);

    assertThat(outbox.finish(1_000_000)).isFalse();

    assertThat(first.sent()).isTrue();
    assertThat(second.sent()).isFalse();
    out.open.countDown();
    writer.join();
    assertThat(out.through.toString(UTF_8)).isEqualTo("first\n");
  }

  @Test
  void aStreamThatFailsClosesItWithTheReason() {
    Outbox outbox =
        Outbox.writtenBySenders(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            },
            Limits.defaults());
    Connection.Receipt sent = outbox.add(line("first"), null, true);

    assertThat(outbox.flush()).isFalse();

    assertThat(sent.sent()).as("some of it may have left").isTrue();
    assertThatThrownBy(() -> outbox.add(line("second"), null, true))
        .isInstanceOf(McpException.NotSent.class)
        .hasMessageContaining("Broken pipe");
  }

  /** Until that thread waits for something; false when it has ended instead. */
  private static boolean waits(Thread thread) {
    while (true) {
      switch (thread.getState()) {
        case WAITING, TIMED_WAITING:
          return true;
        case TERMINATED:
          return false;
        default:
          Thread.onSpinWait();
      }
    }
  }
}
