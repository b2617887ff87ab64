// SPDX-License-Identifier: Apache-2.0
package dev.cleat.mcp;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.cleat.spi.Connection;
import dev.cleat.spi.Message;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The ways in which a call that no thread waits for can end, against one another. What is not
 * listed as an outcome is forbidden.
 */
public class AnswerRaces {
  private static final long ID = 1;
  private static final Map<String, Object> NOTHING = Map.of();

  /** One call, and what became of it. */
  private static final class Call implements AsyncRequest.Outcome {
    private final Line line = new Line();
    private final PendingRequests pending = new PendingRequests(line);
    private final AtomicInteger ends = new AtomicInteger();
    private final AsyncRequest request =
        new AsyncRequest(
            pending,
            Runnable::run,
            "a call",
            new Message.Request(ID, "tools/call", NOTHING),
            Duration.ofHours(1),
            () -> 0,
            this);

    @Override
    public void answered(Map<String, Object> result) {
      ends.incrementAndGet();
    }

    @Override
    public void failed(RuntimeException why) {
      ends.incrementAndGet();
    }

    private Call sent() {
      request.send();
      return this;
    }

    /** The answer comes; one that nobody waits for is dropped. */
    private boolean answer() {
      Runnable rest = pending.answered(ID, new Message.Response(ID, NOTHING));
      if (rest != null) {
        rest.run();
      }
      return rest != null;
    }
  }

  /** Takes everything, gives nothing back, and counts. */
  private static final class Line implements Connection {
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger cancellations = new AtomicInteger();

    @Override
    public void start(Receiver receiver) {}

    @Override
    public Receipt send(Message message) {
      (message instanceof Message.Request ? requests : cancellations).incrementAndGet();
      return Receipt.SENT;
    }

    @Override
    public void close() {}
  }

  private static int number(boolean answer) {
    return answer ? 1 : 0;
  }

  /**
   * The answer comes as the caller gives up. Results: the answer was taken; it was cancelled; how
   * often the caller was told of an end; how often the server was told to stop.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 1, 0", expect = ACCEPTABLE, desc = "answered")
  @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "cancelled, and the answer dropped")
  public static class AnswerAndCancel {
    private final Call call = new Call().sent();

    /** Answers. */
    @Actor
    public void server(IIII_Result result) {
      result.r1 = number(call.answer());
    }

    /** Gives up. */
    @Actor
    public void caller(IIII_Result result) {
      result.r2 = number(call.request.cancel("enough"));
    }

    /** It is over. */
    @Arbiter
    public void end(IIII_Result result) {
      result.r3 = call.ends.get();
      result.r4 = call.line.cancellations.get();
    }
  }

  /**
   * The answer comes as the connection ends. Results: the answer was taken; how often the caller
   * was told of an end; how many are still waited for.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "answered")
  @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "lost")
  public static class AnswerAndEnd {
    private final Call call = new Call().sent();

    /** Answers. */
    @Actor
    public void server(III_Result result) {
      result.r1 = number(call.answer());
    }

    /** Ends the connection. */
    @Actor
    public void connection() {
      call.pending.end("it was closed");
    }

    /** It is over. */
    @Arbiter
    public void end(III_Result result) {
      result.r2 = call.ends.get();
      result.r3 = call.pending.count();
    }
  }

  /**
   * The caller gives up while the call is being sent. Results: it was cancelled; how often it was
   * sent; how often the server was told to stop.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "never sent")
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "sent, and stopped")
  public static class SendAndCancel {
    private final Call call = new Call();

    /** Sends. */
    @Actor
    public void sender() {
      call.request.send();
    }

    /** Gives up. */
    @Actor
    public void caller(III_Result result) {
      result.r1 = number(call.request.cancel("enough"));
    }

    /** It is over. */
    @Arbiter
    public void end(III_Result result) {
      result.r2 = call.line.requests.get();
      result.r3 = call.line.cancellations.get();
    }
  }
}
